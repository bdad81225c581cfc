namespace MlPlatform.Monitoring.Internal;

internal readonly record struct PaneKey(long LayoutId, int Route, long Start);
