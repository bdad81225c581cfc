using Cronos;

namespace MlPlatform.Core;

/// <summary>When recurring work is due: every so often, or by a cron expression.</summary>
public sealed class RecurringSchedule
{
    private readonly TimeSpan interval;
    private readonly CronExpression? cron;
    private readonly TimeZoneInfo zone;

    private RecurringSchedule(TimeSpan interval, CronExpression? cron, TimeZoneInfo zone, string text)
    {
        this.interval = interval;
        this.cron = cron;
        this.zone = zone;
        Text = text;
    }

    /// <summary>The schedule as text.</summary>
    public string Text { get; }

    /// <summary>At every multiple of an interval since the epoch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The interval is shorter than a millisecond.</exception>
    public static RecurringSchedule Every(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromMilliseconds(1));
        return new(interval, null, TimeZoneInfo.Utc, interval.ToString("c"));
    }

    /// <summary>By a cron expression of five fields, in a time zone (default UTC). A time that daylight saving skips fires once after the gap; a repeated one once.</summary>
    /// <exception cref="CronFormatException">The expression is malformed.</exception>
    public static RecurringSchedule Cron(string expression, TimeZoneInfo? zone = null) =>
        new(TimeSpan.Zero, CronExpression.Parse(expression), zone ?? TimeZoneInfo.Utc, expression);

    /// <summary>The latest due time in <c>(after, now]</c>, or null when none is due.</summary>
    public DateTimeOffset? LatestDue(DateTimeOffset after, DateTimeOffset now)
    {
        if (now <= after)
        {
            return null;
        }

        if (cron is null)
        {
            var ticks = now.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
            var rest = ticks % interval.Ticks;
            var due = now.ToUniversalTime().AddTicks(-rest - (rest < 0 ? interval.Ticks : 0)); // Floored, before the epoch too.
            return due > after ? due : null;
        }

        DateTimeOffset? latest = null;
        foreach (var occurrence in cron.GetOccurrences(after, now, zone, fromInclusive: false, toInclusive: true))
        {
            latest = occurrence;
        }

        return latest?.ToUniversalTime();
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
