namespace MlPlatform.Monitoring.Internal;

internal sealed record PaneRow(long LayoutId, long Start, byte[] Data);
