namespace MlPlatform.Pipelines;

/// <summary>A step of a run, as it is now.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Where it is.</param>
public sealed record PipelineStepInfo(string Name, PipelineStepState State)
{
    /// <summary>Which item of a map it is; null for the map itself and other steps.</summary>
    public int? MapIndex { get; init; }

    /// <summary>How many attempts were begun.</summary>
    public int Attempt { get; init; }

    /// <summary>How often its worker was lost.</summary>
    public int Losses { get; init; }

    /// <summary>The worker that runs it now.</summary>
    public string? Worker { get; init; }

    /// <summary>Why the cache hit or missed, for cached steps.</summary>
    public string? CacheReason { get; init; }

    /// <summary>The type of the last error.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The last error's message, also while it is being tried again.</summary>
    public string? Error { get; init; }

    /// <summary>The digest of its output.</summary>
    public ArtifactDigest? Output { get; init; }

    /// <summary>How long the last attempt took so far or in all, in work time.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>What it reported last, from 0 to 1.</summary>
    public double? Progress { get; init; }

    /// <summary>What it said about its progress.</summary>
    public string? ProgressText { get; init; }
}
