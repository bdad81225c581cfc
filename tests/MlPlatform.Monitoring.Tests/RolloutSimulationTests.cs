using Microsoft.Extensions.Options;
using MlPlatform.Monitoring.Internal;

namespace MlPlatform.Monitoring.Tests;

/// <summary>The evidence of whole rollouts: a fifth of the requests goes to the candidate, and it is judged at every size at which the judge decides.</summary>
/// <remarks>Scores are log-odds of a normal distribution, labels follow them. Runs are seeded.</remarks>
public sealed class RolloutSimulationTests
{
    private const int Equal = 1000;
    private const int Bad = 200;
    private const int MinimumRows = 500;
    private const int Looks = 4;
    private const int BaselineRows = 4; // For each of the candidate's.

    [Fact]
    public void Of_a_thousand_equal_candidates_one_of_a_hundred_fails_at_most()
    {
        var failed = Run(Equal, Looks, new(), new());
        Assert.InRange(failed, 0, Equal / 100);
    }

    [Theory]
    [InlineData(1, 0, 0.5)] // Scores shifted by a standard deviation of their log-odds.
    [InlineData(0.5, 0, 0.1)] // Half of one, with a threshold for models that should score alike.
    [InlineData(0, 0.05, 0.5)] // No score.
    public void Of_bad_candidates_95_of_a_hundred_fail_at_the_first_look(double shift, double missing, double threshold)
    {
        var failed = Run(Bad, 1, new() { RolloutScorePsi = threshold }, new(shift, missing));
        Assert.InRange(failed, Bad * 95 / 100, Bad);
    }

    [Fact]
    public void Candidates_whose_scores_say_less_fail_once_the_labels_tell()
    {
        var failed = Run(Bad, Looks, new(), new(Noise: 2));
        Assert.InRange(failed, Bad * 95 / 100, Bad);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.5)]
    public void A_retrained_model_may_score_a_little_differently(double shift)
    {
        var failed = Run(Bad, 1, new(), new(shift));
        Assert.InRange(failed, 0, Bad / 20);
    }

    private static int Run(int count, int looks, MonitoringOptions options, Harm harm)
    {
        options.RolloutMinimumRows = MinimumRows;
        var judge = new RolloutEvidence(null!, null!, new(TimeProvider.System, TimeProvider.System), Options.Create(options));
        var failed = 0;
        Parallel.For(0, count, seed => Interlocked.Add(ref failed, Fails(judge, seed, looks, harm) ? 1 : 0));
        TestContext.Current.TestOutputHelper?.WriteLine($"{failed} of {count} failed");
        return failed;
    }

    private static bool Fails(RolloutEvidence judge, int seed, int looks, Harm harm)
    {
        var simulation = new Simulation(seed);
        var (candidate, baseline) = (new List<ScoredRow>(), new List<ScoredRow>());
        for (var look = 0; look < looks; look++)
        {
            while (candidate.Count < MinimumRows << look)
            {
                var time = candidate.Count;
                candidate.Add(Row(simulation, time, harm));
                for (var i = 0; i < BaselineRows; i++)
                {
                    baseline.Add(Row(simulation, time, new()));
                }
            }

            if (judge.Judge(candidate, baseline).Verdict == GateVerdict.Fail)
            {
                return true;
            }
        }

        return false;
    }

    private static ScoredRow Row(Simulation simulation, long time, Harm harm)
    {
        var truth = simulation.Normal();
        var label = simulation.Uniform() < Logistic(truth) ? 1 : 0;
        var seen = truth + harm.Shift + (harm.Noise * simulation.Normal());
        return new(time, simulation.Uniform() < harm.Missing ? double.NaN : Logistic(seen), label);
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    /// <param name="Shift">Standard deviations by which the log-odds are off.</param>
    /// <param name="Missing">The share without a score.</param>
    /// <param name="Noise">Standard deviations of what is added to the log-odds.</param>
    private readonly record struct Harm(double Shift = 0, double Missing = 0, double Noise = 0);
}
