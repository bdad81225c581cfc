namespace MlPlatform.Monitoring;

/// <summary>An alert of a monitor: opened when enough of the last windows drifted, resolved when they no longer do.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Monitor">The monitor.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Model">The model.</param>
/// <param name="Version">The version that it was opened for.</param>
/// <param name="WindowStart">Start of the window that opened it.</param>
/// <param name="WindowEnd">End of that window.</param>
/// <param name="OpenedAt">When it was opened, platform time.</param>
/// <param name="ResolvedAt">When it was resolved; null while it is open.</param>
public sealed record MonitorAlert(
    string Id,
    string Monitor,
    MonitorKind Kind,
    string Model,
    int Version,
    DateTimeOffset WindowStart,
    DateTimeOffset WindowEnd,
    DateTimeOffset OpenedAt,
    DateTimeOffset? ResolvedAt
);
