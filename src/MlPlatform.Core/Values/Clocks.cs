namespace MlPlatform.Core;

/// <summary>The platform's two clocks.</summary>
/// <remarks>
/// <see cref="Platform"/> is the time of the world that the models describe: event times, schedules, windows, time to live, holds, alias
/// history, ids. It may be simulated and may jump. <see cref="Work"/> bounds real work: leases, time-outs, retry delays, flush intervals,
/// garbage ages. A replay moves the first and never the second, so it plays months in seconds without losing a lease.
/// </remarks>
/// <param name="Platform">The injected <see cref="TimeProvider"/>.</param>
/// <param name="Work">The <see cref="TimeProvider"/> registered with the key <see cref="WorkKey"/>.</param>
public sealed record Clocks(TimeProvider Platform, TimeProvider Work)
{
    /// <summary>The service key of the work clock.</summary>
    public const string WorkKey = "work";
}
