namespace MlPlatform.Features;

/// <summary>One aggregate view over raw events.</summary>
/// <param name="Source">The events.</param>
/// <param name="FrameKeys">The columns of the frame that hold the key, in the order of the source's.</param>
/// <param name="Features">What to compute.</param>
public sealed record WindowedView(OfflineSource Source, IReadOnlyList<string> FrameKeys, IReadOnlyList<WindowFeature> Features);
