using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A model that was logged in an experiment; registering it makes a version of a registered model.</summary>
public sealed record LoggedModel
{
    /// <summary><c>m-</c> and 32 lower-case hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Its experiment's id.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>Its name, not unique.</summary>
    public required string Name { get; init; }

    /// <summary>What kind of model it is, in its maker's words.</summary>
    public string? ModelType { get; init; }

    /// <summary>The run that made it, if known.</summary>
    public RunId? SourceRunId { get; init; }

    /// <summary>Where it stands.</summary>
    public required LoggedModelStatus Status { get; init; }

    /// <summary>More about that.</summary>
    public string? StatusMessage { get; init; }

    /// <summary>When it was made, in platform time.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed, in platform time.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was deleted; null while it is active.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Its parameters, written once.</summary>
    public IReadOnlyDictionary<string, string> Params { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The versions of registered models that it was made into, in order of model and version.</summary>
    public IReadOnlyList<ModelVersionId> Versions { get; init; } = [];

    /// <summary>The latest point of each metric, by dataset.</summary>
    public IReadOnlyList<LoggedModelMetric> Metrics { get; init; } = [];
}
