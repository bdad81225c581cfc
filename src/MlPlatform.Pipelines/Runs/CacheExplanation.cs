namespace MlPlatform.Pipelines;

/// <summary>Why a step's cache hit or missed.</summary>
/// <param name="Reason">The reason recorded when it ran.</param>
/// <param name="Key">What the key is made of, as JSON.</param>
public sealed record CacheExplanation(string Reason, string Key)
{
    /// <summary>The nearest earlier attempt of the same step in another run; null when there is none.</summary>
    public PipelineRunId? ComparedWith { get; init; }

    /// <summary>The first field that differs from it; null when none does.</summary>
    public string? Field { get; init; }

    /// <summary>Its value then.</summary>
    public string? Before { get; init; }

    /// <summary>Its value in this attempt.</summary>
    public string? Now { get; init; }
}
