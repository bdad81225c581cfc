namespace MlPlatform.Monitoring.Internal;

/// <summary>The merged panes of a window for the version that had the most rows.</summary>
internal sealed record WindowContent(int Version, PaneSketch? Pane, long Rows, int Skipped);
