using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class RequestClockTests
{
    [Fact]
    public void Of_the_systems_clocks_one_look_gives_both_times()
    {
        const long Second = 1_000_000; // By how much a clock that is set meanwhile may be behind.
        var clock = new RequestClock(new(TimeProvider.System, TimeProvider.System));
        for (var i = 0; i < 100_000; i++)
        {
            var (from, begun) = (TimeProvider.System.NowMicros(), Stopwatch.GetTimestamp());
            var micros = clock.Now(out var timestamp);
            Assert.InRange(timestamp, begun, Stopwatch.GetTimestamp());
            Assert.InRange(micros, from - Second, TimeProvider.System.NowMicros() + Second);
        }
    }

    [Fact]
    public void Clocks_of_ones_own_are_asked_each()
    {
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var (platform, work) = (new FakeTimeProvider(start), new FakeTimeProvider(start));
        var clock = new RequestClock(new(platform, work));
        var before = (clock.Now(out var timestamp), timestamp);
        platform.Advance(TimeSpan.FromDays(30)); // As a replay does.
        work.Advance(TimeSpan.FromMilliseconds(1));
        var after = (clock.Now(out timestamp), timestamp);
        Assert.Equal(StoredTime.ToMicros(start), before.Item1);
        Assert.Equal(StoredTime.ToMicros(start.AddDays(30)), after.Item1);
        Assert.Equal(TimeSpan.FromMilliseconds(1), work.GetElapsedTime(before.timestamp, after.timestamp));
    }
}
