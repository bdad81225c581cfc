namespace MlPlatform.Features;

/// <summary>One aggregation over one window: the events with <c>floor_hop(t - window) &lt; event &lt;= t</c>.</summary>
/// <param name="Name">The name in the result.</param>
/// <param name="Function">What is computed.</param>
/// <param name="Column">The input, a number or a bool for sums, means and variances; null only for a count of rows.</param>
/// <param name="Window">How far back the window reaches.</param>
/// <param name="Hop">The resolution of the window's tail; zero is exact.</param>
public sealed record WindowFeature(string Name, AggregateFunction Function, string? Column, TimeSpan Window, TimeSpan Hop)
{
    /// <summary>The hop of a window that declares none: a minute up to one hour, five minutes up to one day, else an hour.</summary>
    /// <param name="window">The window.</param>
    public static TimeSpan DefaultHop(TimeSpan window) =>
        window <= TimeSpan.FromHours(1) ? TimeSpan.FromMinutes(1)
        : window <= TimeSpan.FromDays(1) ? TimeSpan.FromMinutes(5)
        : TimeSpan.FromHours(1);
}
