namespace MlPlatform.Core;

/// <summary>Converts between times and their stored form: microseconds since the Unix epoch in UTC, finer ticks floored.</summary>
public static class StoredTime
{
    /// <summary>Microseconds since the Unix epoch; ticks finer than a microsecond are floored, before the epoch too.</summary>
    public static long ToMicros(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        return Math.DivRem(ticks, TimeSpan.TicksPerMicrosecond, out var rest) - (rest < 0 ? 1 : 0);
    }

    /// <summary>Microseconds since the Unix epoch, or null.</summary>
    public static long? ToMicros(DateTimeOffset? time) => time is { } t ? ToMicros(t) : null;

    /// <summary>The UTC time of a stored value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the years 1 to 9999.</exception>
    public static DateTimeOffset FromMicros(long micros) =>
        DateTimeOffset.UnixEpoch.AddTicks(checked(micros * TimeSpan.TicksPerMicrosecond));

    /// <summary>The UTC time of a stored value, or null.</summary>
    public static DateTimeOffset? FromMicros(long? micros) => micros is { } m ? FromMicros(m) : null;

    /// <summary>The present time of a clock in stored form.</summary>
    public static long NowMicros(this TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return ToMicros(clock.GetUtcNow());
    }
}
