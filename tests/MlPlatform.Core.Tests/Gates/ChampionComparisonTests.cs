using CsCheck;

namespace MlPlatform.Core.Tests;

public sealed class ChampionComparisonTests
{
    private static readonly AssetRef Candidate = new(AssetKind.Model, "m", 2);
    private static readonly AssetRef Champion = new(AssetKind.Model, "m", 1);

    [Fact]
    public void Auc_is_the_textbook_value()
    {
        // One of four pairs is in the wrong order.
        Assert.Equal(0.75, BinaryMetrics.Auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).Value);
        Assert.Equal(0.5, BinaryMetrics.Auc([0, 1, 0, 1], [1, 1, 1, 1]).Value);
        Assert.True(double.IsNaN(BinaryMetrics.Auc([1, 1], [1, 2]).Value));
        Assert.Throws<ArgumentException>(() => BinaryMetrics.Auc([1], [1, 2]));
    }

    [Fact]
    public void Auc_equals_the_count_over_all_pairs() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 5])
            .Array[2, 40]
            .Sample(rows =>
            {
                double[] labels = [.. rows.Select(r => r.Item1 ? 1.0 : 0)];
                double[] scores = [.. rows.Select(r => (double)r.Item2)];
                double wins = 0,
                    pairs = 0;
                foreach (var p in rows.Where(r => r.Item1))
                {
                    foreach (var q in rows.Where(r => !r.Item1))
                    {
                        pairs++;
                        wins +=
                            p.Item2 > q.Item2 ? 1
                            : p.Item2 == q.Item2 ? 0.5
                            : 0;
                    }
                }

                var auc = BinaryMetrics.Auc(labels, scores).Value;
                return pairs == 0 ? double.IsNaN(auc) : Math.Abs(auc - (wins / pairs)) < 1e-12;
            });

    [Fact]
    public void Better_candidate_passes_and_worse_one_fails_with_evidence()
    {
        var (labels, good, bad) = Simulate(4000, seed: 3, goodNoise: 0.8, badNoise: 2.5);
        var pass = ChampionComparison.Better(0).Evaluate(Candidate, Champion, labels, good, bad, DateTimeOffset.UnixEpoch);
        var fail = ChampionComparison.Better(0).Evaluate(Candidate, Champion, labels, bad, good, DateTimeOffset.UnixEpoch);
        Assert.Equal((GateVerdict.Pass, GateVerdict.Fail), (pass.Verdict, fail.Verdict));
        var evidence = Assert.Single(pass.Evidence);
        Assert.True(evidence.Low > 0 && evidence.Low < evidence.Estimate && evidence.Estimate < evidence.High);
        Assert.Equal(pass, GateResult.FromBytes(pass.ToBytes()) with { Evidence = pass.Evidence });
        Assert.Equal(pass.Evidence, GateResult.FromBytes(pass.ToBytes()).Evidence);
    }

    [Fact]
    public void Too_few_rows_or_one_class_are_inconclusive()
    {
        var (labels, good, bad) = Simulate(100, seed: 4, goodNoise: 0.1, badNoise: 5);
        Assert.Equal(
            GateVerdict.Inconclusive,
            ChampionComparison.NotWorse(0.002).Evaluate(Candidate, Champion, labels, good, bad, default).Verdict
        );
        var negatives = new double[1000];
        Assert.Equal(
            GateVerdict.Inconclusive,
            ChampionComparison.NotWorse(0.002).Evaluate(Candidate, Champion, negatives, new double[1000], new double[1000], default).Verdict
        );
    }

    [Fact]
    public void First_candidate_is_held_against_the_absolute_bar()
    {
        var (labels, good, _) = Simulate(3000, seed: 5, goodNoise: 1, badNoise: 1);
        var gate = ChampionComparison.NotWorse(0.002) with { AbsoluteMinimum = 0.6 };
        Assert.Equal(GateVerdict.Pass, gate.Evaluate(Candidate, null, labels, good, [], default).Verdict);
        Assert.Equal(GateVerdict.Fail, (gate with { AbsoluteMinimum = 0.99 }).Evaluate(Candidate, null, labels, good, [], default).Verdict);
        Assert.NotEqual(
            gate.Evaluate(Candidate, null, labels, good, [], default).PolicyHash,
            ChampionComparison.NotWorse(0.002).Evaluate(Candidate, null, labels, good, [], default).PolicyHash
        );
    }

    [Fact]
    public void Harm_in_one_slice_stops_a_candidate_that_is_as_good_overall()
    {
        var (labels, champion, noise) = Simulate(8000, seed: 6, goodNoise: 1, badNoise: 1);
        string?[] slices = [.. Enumerable.Range(0, labels.Length).Select(i => i % 8 == 0 ? "small" : "large")];
        double[] candidate = [.. champion.Select((score, i) => slices[i] == "small" ? noise[i] - labels[i] : score + (0.3 * labels[i]))];
        var gate = ChampionComparison.NotWorse(0.01);
        Assert.Equal(GateVerdict.Pass, gate.Evaluate(Candidate, Champion, labels, candidate, champion, default).Verdict);
        var sliced = gate.Evaluate(Candidate, Champion, labels, candidate, champion, default, slices);
        Assert.Equal(GateVerdict.Fail, sliced.Verdict);
        Assert.Contains(sliced.Evidence, e => e.Slice == "small");
    }

    /// <summary>A candidate that is exactly as good must not be called better more often than the level allows.</summary>
    [Fact]
    public void Equal_models_pass_Better_no_more_often_than_the_level_allows()
    {
        var passes = 0;
        const int Trials = 200;
        for (var trial = 0; trial < Trials; trial++)
        {
            var (labels, one, two) = Simulate(600, seed: 1000 + trial, goodNoise: 1, badNoise: 1);
            var gate = ChampionComparison.Better(0) with { Resamples = 200, Seed = trial };
            passes += gate.Evaluate(Candidate, Champion, labels, one, two, default).Verdict == GateVerdict.Pass ? 1 : 0;
        }

        // Expected 5 %; the limit is the 99.9 % quantile of a binomial with 200 trials and p = 0.05.
        Assert.InRange(passes, 0, 21);
    }

    private static (double[] Labels, double[] Good, double[] Bad) Simulate(int n, int seed, double goodNoise, double badNoise)
    {
        var random = new Random(seed);
        var labels = new double[n];
        var (good, bad) = (new double[n], new double[n]);
        for (var i = 0; i < n; i++)
        {
            labels[i] = random.NextDouble() < 0.3 ? 1 : 0;
            good[i] = labels[i] + (goodNoise * Normal(random));
            bad[i] = labels[i] + (badNoise * Normal(random));
        }

        return (labels, good, bad);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
