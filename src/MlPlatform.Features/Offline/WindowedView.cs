namespace MlPlatform.Features;

/// <summary>One aggregate view over raw events.</summary>
/// <param name="Source">The events.</param>
/// <param name="FrameKeys">The columns of the frame that hold the key, in the order of the source's.</param>
/// <param name="Features">What to compute, at least one.</param>
public sealed record WindowedView(OfflineSource Source, IReadOnlyList<string> FrameKeys, IReadOnlyList<WindowFeature> Features)
{
    /// <summary>Whether only events created at or before the entity time count.</summary>
    public bool KnownAt { get; init; }
}
