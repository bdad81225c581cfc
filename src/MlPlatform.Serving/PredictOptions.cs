using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>What a caller may say about one prediction.</summary>
public sealed record PredictOptions
{
    /// <summary>The segment that monitoring groups by, or null.</summary>
    public string? Segment { get; init; }

    /// <summary>Who asks; null means the present actor.</summary>
    public Actor? Caller { get; init; }
}
