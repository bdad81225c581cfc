namespace MlPlatform.Features;

/// <summary>One view of a point-in-time join.</summary>
/// <param name="Source">Its history.</param>
/// <param name="FrameKeys">The columns of the frame that hold the key, in the order of the source's.</param>
/// <param name="Features">Column of the source and name in the result.</param>
public sealed record PointInTimeView(
    OfflineSource Source,
    IReadOnlyList<string> FrameKeys,
    IReadOnlyList<(string Column, string Name)> Features
)
{
    /// <summary>How old a row may be, counted from the entity time, inclusive; zero means without bound.</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <summary>Whether only rows created at or before the entity time count.</summary>
    public bool KnownAt { get; init; }
}
