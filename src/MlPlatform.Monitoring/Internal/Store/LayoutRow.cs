namespace MlPlatform.Monitoring.Internal;

internal sealed record LayoutRow(long Id, string Model, long Version, string NumericColumns, string CategoryColumns, byte[]? Profile);
