namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>A window and a hop, and the first event that the window holds at the present entity time.</summary>
internal sealed class WindowSpan(TimeSpan window, TimeSpan hop)
{
    private readonly long window = Sql.Micros(window);
    private readonly long hop = Sql.Micros(hop);

    public long Start { get; set; }

    /// <summary>The last moment before the window: the entity time less the window, floored to the hop before the epoch too.</summary>
    public long LowAt(long time)
    {
        var low = (Int128)time - window;
        if (hop > 0)
        {
            low -= ((low % hop) + hop) % hop;
        }

        return (long)Int128.Max(low, long.MinValue);
    }
}
