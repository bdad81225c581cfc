namespace MlPlatform.Monitoring.Internal;

/// <summary>One call of AddMonitor; the calls for one name run in order on the same options.</summary>
internal sealed record MonitorRegistration(string Name, Action<MonitorOptions>? Configure);
