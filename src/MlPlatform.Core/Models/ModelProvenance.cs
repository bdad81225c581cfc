using System.Text.Json.Serialization;

namespace MlPlatform.Core;

/// <summary>Where a model came from.</summary>
public sealed record ModelProvenance
{
    private const int MostMembers = 64;

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

    /// <summary>What <see cref="Members"/> says that is a version, each once and no more than a composed model has: a package from elsewhere may say anything.</summary>
    public IReadOnlyList<ModelVersionId> GetMembers() =>
        [
            .. (Members ?? [])
                .OfType<string>()
                .Where(m => !m.Contains('\0', StringComparison.Ordinal)) // No database has such a name, and some fail on it.
                .Select(m => AssetRef.Parse($"model:{m}"))
                .Where(a => a.Version is not null)
                .Select(a => new ModelVersionId(a.Id, a.Version!.Value))
                .Distinct()
                .Take(MostMembers),
        ];
}
