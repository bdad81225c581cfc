namespace MlPlatform.Monitoring.Internal;

internal sealed class AlertRow
{
    public string Id { get; init; } = string.Empty;

    public string Monitor { get; init; } = string.Empty;

    public string Kind { get; init; } = string.Empty;

    public string Model { get; init; } = string.Empty;

    public int Version { get; init; }

    public long WindowStart { get; init; }

    public long WindowEnd { get; init; }

    public long OpenedAt { get; init; }

    public long? ResolvedAt { get; init; }

    public long? ResolvedWindowEnd { get; init; }

    public MonitorAlert ToAlert() =>
        new(
            Id,
            Monitor,
            Enum.Parse<MonitorKind>(Kind),
            Model,
            Version,
            StoredTime.FromMicros(WindowStart),
            StoredTime.FromMicros(WindowEnd),
            StoredTime.FromMicros(OpenedAt),
            StoredTime.FromMicros(ResolvedAt)
        );
}
