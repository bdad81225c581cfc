using System.Text.Json.Serialization;

namespace MlPlatform.Core;

/// <summary>Where a model came from.</summary>
public sealed record ModelProvenance
{
    /// <summary>The experiment run that made it.</summary>
    public string? RunId { get; init; }

    /// <summary>The commit of the training code.</summary>
    public string? Commit { get; init; }

    /// <summary>Whether the working tree had uncommitted changes; null when unknown.</summary>
    public bool? Dirty { get; init; }

    /// <summary>The content hash of the training set.</summary>
    public string? TrainingSet { get; init; }

    /// <summary>The feature service or views it was trained on, as <c>name@vN</c>.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>The model versions that it is composed of, as <c>name@vN</c>; null when it is composed of none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Members { get; init; }

    /// <summary>The pipeline run that made it.</summary>
    public string? PipelineRun { get; init; }

    /// <summary>The seed of the training.</summary>
    public long? Seed { get; init; }

    /// <summary>Operating system, runtime and package versions.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
