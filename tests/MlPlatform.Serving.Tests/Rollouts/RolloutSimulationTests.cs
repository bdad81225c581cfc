using System.Globalization;
using Microsoft.Extensions.Options;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

/// <summary>Whole rollouts by the real judge and the real rules of steps: 1, 5, 25, 50 % for 15 min each, looked at every minute.</summary>
/// <remarks>Set <c>MLPLATFORM_TEST_CANARY_RATE</c> to the requests of a second for a longer form of the equal ones; runs are seeded.</remarks>
public sealed class RolloutSimulationTests
{
    private const int Equal = 1000;
    private const int Bad = 200;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Run times of a log-normal distribution, median 10 ms, 95th percentile 23 ms, by their quantiles.
    private static readonly long[] RunTimes = MakeRunTimes();

    private readonly RolloutJudge judge = new(null!, new(TimeProvider.System, TimeProvider.System), Options.Create(new ServingOptions()));

    private static int Rate =>
        int.Parse(Environment.GetEnvironmentVariable("MLPLATFORM_TEST_CANARY_RATE") ?? "20", CultureInfo.InvariantCulture);

    [Fact]
    public void Of_a_thousand_equal_candidates_one_of_a_hundred_is_rolled_back_at_most()
    {
        var ends = Run(Equal, Rate, 0.01, 0.01, 1);
        var rolledBack = ends.Count(e => e.State == RolloutState.RolledBack);
        TestContext.Current.TestOutputHelper?.WriteLine($"{rolledBack} of {Equal} rolled back");
        Assert.InRange(rolledBack, 0, Equal / 100);
        Assert.Equal(Equal - rolledBack, ends.Count(e => e.State == RolloutState.Promoted));
    }

    [Theory]
    [InlineData(0.01, 0.05, 1)] // Errors.
    [InlineData(0, 0.05, 1)] // Answers that are not numbers count as errors.
    [InlineData(0.01, 0.01, 3)] // Run time.
    public void Of_bad_candidates_95_of_a_hundred_are_rolled_back_in_the_first_step(double baseline, double candidate, double slower)
    {
        var ends = Run(Bad, 100, baseline, candidate, slower);
        var rolledBack = ends.Count(e => e is { State: RolloutState.RolledBack, Step: 0 });
        TestContext.Current.TestOutputHelper?.WriteLine($"{rolledBack} of {Bad} rolled back in the first step");
        Assert.InRange(rolledBack, Bad * 95 / 100, Bad);
    }

    private Rollout[] Run(int count, int rate, double baseline, double candidate, double slower)
    {
        var ends = new Rollout[count];
        Parallel.For(0, count, seed => ends[seed] = Simulate(seed, rate, baseline, candidate, slower));
        return ends;
    }

    private Rollout Simulate(int seed, int rate, double baseline, double candidate, double slower)
    {
        var random = new Random(seed);
        var rollout = new Rollout
        {
            Id = new(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)),
            Candidate = new("m", 2),
            Baseline = 1,
            Options = new(),
            State = RolloutState.Canary,
            Step = 0,
            StartedAt = Start,
            StepAt = Start,
            Reason = "test",
        };
        var all = new StepCounters(rollout.Id, 0);
        var step = new StepCounters(rollout.Id, 0);
        for (var now = Start; rollout.IsOpen; )
        {
            now += TimeSpan.FromMinutes(1);
            for (var i = 0; i < rate * 60; i++)
            {
                var isCandidate = random.NextDouble() < rollout.Share;
                var ticks = RunTimes[random.Next(RunTimes.Length)];
                if (isCandidate)
                {
                    ticks = (long)(ticks * slower);
                    var isError = random.NextDouble() < candidate;
                    all.Candidate.Count(ticks, isError);
                    step.Candidate.Count(ticks, isError);
                }
                else
                {
                    all.Baseline.Count(ticks, random.NextDouble() < baseline);
                }
            }

            if (RolloutSteps.Next(rollout, judge.Traffic(rollout, all, step), now) is { } next)
            {
                rollout = rollout with { State = next.State, Step = next.Step, Reason = next.Reason, StepAt = now };
                step = new(rollout.Id, rollout.Step);
            }
        }

        return rollout;
    }

    private static long[] MakeRunTimes()
    {
        var random = new Random(1);
        return
        [
            .. Enumerable
                .Range(0, 1 << 16)
                .Select(_ =>
                {
                    var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
                    return (long)(10 * TimeSpan.TicksPerMillisecond * Math.Exp(0.5 * normal));
                }),
        ];
    }
}
