using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class RolloutJudgeTests
{
    private const int Simulations = 1000;
    private const int Looks = 60;

    private static readonly Rollout Rollout = new()
    {
        Id = new(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)),
        Candidate = new("m", 2),
        Baseline = 1,
        Options = new() { MinimumRequests = 50 },
        State = RolloutState.Canary,
        Step = 0,
        StartedAt = DateTimeOffset.UnixEpoch,
        StepAt = DateTimeOffset.UnixEpoch,
        Reason = "test",
    };

    private readonly RolloutJudge judge = new(null!, new(TimeProvider.System, TimeProvider.System), Options.Create(new ServingOptions()));

    [Theory]
    [InlineData(0)]
    [InlineData(0.002)]
    [InlineData(0.02)]
    [InlineData(0.3)]
    public void Equal_versions_are_hardly_ever_rolled_back_however_often_one_looks(double errorRate)
    {
        var alarms = Enumerable.Range(0, Simulations).Count(seed => FailsAt(seed, errorRate, errorRate) >= 0);
        Assert.InRange(alarms, 0, Simulations / 100);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(0.02, 0.3, 4)]
    [InlineData(0.01, 0.06, 30)]
    public void A_worse_version_is_found_within_a_few_looks(double baseline, double candidate, int looks)
    {
        for (var seed = 0; seed < 100; seed++)
        {
            Assert.InRange(FailsAt(seed, baseline, candidate), 0, looks - 1);
        }
    }

    [Fact]
    public void Too_few_requests_are_inconclusive()
    {
        var counters = new StepCounters(Rollout.Id, 0);
        for (var i = 0; i < 49; i++)
        {
            counters.Candidate.Count(10, isError: false);
        }

        Assert.Equal(GateVerdict.Inconclusive, judge.Traffic(Rollout, counters, counters).Verdict);
        counters.Candidate.Count(10, isError: false);
        var verdict = judge.Traffic(Rollout, counters, counters);
        Assert.Equal((GateVerdict.Pass, 3), (verdict.Verdict, verdict.Evidence.Count));
    }

    [Theory]
    [InlineData(1, GateVerdict.Pass)]
    [InlineData(1.5, GateVerdict.Pass)]
    [InlineData(3, GateVerdict.Fail)]
    public void A_slower_version_fails_when_its_95th_percentile_is_more_than_twice_as_long(double factor, GateVerdict expected)
    {
        var random = new Random(7);
        var counters = new StepCounters(Rollout.Id, 0);
        for (var i = 0; i < 1000; i++)
        {
            var ticks = TimeSpan.TicksPerMillisecond * (5 + (5 * random.NextDouble()));
            counters.Baseline.Count((long)ticks, isError: false);
            counters.Candidate.Count((long)(ticks * factor) + (i % 50 == 0 ? TimeSpan.TicksPerSecond : 0), isError: false); // Some long pauses.
        }

        Assert.Equal(expected, judge.Traffic(Rollout, counters, counters).Verdict);
    }

    [Fact]
    public void Quantiles_are_a_fifth_off_at_most()
    {
        var counter = new TrafficCounter();
        for (var ticks = 1; ticks <= 100_000; ticks++)
        {
            counter.Count(ticks, isError: false);
        }

        foreach (var share in (double[])[0.5, 0.95, 0.99])
        {
            Assert.InRange(counter.Quantile(share), share * 100_000, share * 100_000 * 1.26);
        }

        var sum = new TrafficCounter();
        sum.Add(counter.Requests, counter.Errors, counter.LatencyBytes());
        Assert.Equal(counter.Quantile(0.95), sum.Quantile(0.95));
    }

    /// <summary>The look at which the judge fails the candidate; -1 if it never does.</summary>
    private int FailsAt(int seed, double baseline, double candidate)
    {
        var random = new Random(seed);
        var counters = new StepCounters(Rollout.Id, 0);
        for (var look = 0; look < Looks; look++)
        {
            for (var i = 0; i < 30; i++)
            {
                counters.Candidate.Count(10, random.NextDouble() < candidate);
                counters.Baseline.Count(10, random.NextDouble() < baseline);
                counters.Baseline.Count(10, random.NextDouble() < baseline);
            }

            if (judge.Traffic(Rollout, counters, counters).Verdict == GateVerdict.Fail)
            {
                return look;
            }
        }

        return -1;
    }
}
