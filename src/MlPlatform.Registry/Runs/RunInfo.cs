using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A run as it is stored. Buffered metrics are seen once they are flushed.</summary>
public sealed record RunInfo
{
    /// <summary>The run's id.</summary>
    public required RunId Id { get; init; }

    /// <summary>The id of its experiment.</summary>
    public required string ExperimentId { get; init; }

    /// <summary>The name of its experiment.</summary>
    public required string Experiment { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The run that it is a part of.</summary>
    public RunId? ParentRunId { get; init; }

    /// <summary>Where it stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>When it ended; null while it goes on.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Who started it, as <c>kind:id</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>The user that its client named, which is a claim, not an identity; null when none was.</summary>
    public string? UserId { get; init; }

    /// <summary>When it was deleted; null while it is active.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>What it is made from, if said.</summary>
    public RunProvenance? Provenance { get; init; }

    /// <summary>Its parameters.</summary>
    public IReadOnlyDictionary<string, string> Params { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The latest point of each metric: the one with the greatest step, then time, then value, whatever order they came in. NaN is lowest.</summary>
    public IReadOnlyDictionary<string, MetricPoint> Metrics { get; init; } = new Dictionary<string, MetricPoint>(StringComparer.Ordinal);

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The datasets that it read.</summary>
    public IReadOnlyList<RunDataset> Inputs { get; init; } = [];

    /// <summary>The logged models that it read.</summary>
    public IReadOnlyList<string> ModelInputs { get; init; } = [];

    /// <summary>The logged models that it made.</summary>
    public IReadOnlyList<RunModelOutput> ModelOutputs { get; init; } = [];
}
