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
        Assert.Equal(0.75, RocAuc.Compute([false, false, true, true], [0.1f, 0.4f, 0.35f, 0.8f]));
        Assert.Equal(0.5, RocAuc.Compute([false, true, false, true], [1, 1, 1, 1]));
        Assert.True(double.IsNaN(RocAuc.Compute([true, true], [1, 2])));
        Assert.Throws<ArgumentException>(() => RocAuc.Compute([true, false], [1, float.NaN]));
        Assert.Throws<ArgumentException>(() => RocAuc.Compute([true], [1, 2]));
    }

    [Fact]
    public void Auc_equals_the_count_over_all_pairs() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 5])
            .Array[2, 40]
            .Sample(rows =>
            {
                var labels = rows.Select(r => r.Item1).ToArray();
                var scores = rows.Select(r => (float)r.Item2).ToArray();
                double wins = 0, pairs = 0;
                foreach (var p in rows.Where(r => r.Item1))
                {
                    foreach (var q in rows.Where(r => !r.Item1))
                    {
                        pairs++;
                        wins += p.Item2 > q.Item2 ? 1 : p.Item2 == q.Item2 ? 0.5 : 0;
                    }
                }

                var auc = RocAuc.Compute(labels, scores);
                return pairs == 0 ? double.IsNaN(auc) : Math.Abs(auc - (wins / pairs)) < 1e-12;
            });

    [Fact]
    public void Better_candidate_passes_and_worse_one_fails_with_evidence()
    {
        var (labels, good, bad) = Simulate(4000, seed: 3, goodNoise: 0.8, badNoise: 2.5);
        var pass = new ChampionComparison { RequiredGain = 0 }.Judge(Candidate, Champion, labels, good, bad, DateTimeOffset.UnixEpoch);
        var fail = new ChampionComparison { RequiredGain = 0 }.Judge(Candidate, Champion, labels, bad, good, DateTimeOffset.UnixEpoch);
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
        Assert.Equal(GateVerdict.Inconclusive, new ChampionComparison().Judge(Candidate, Champion, labels, good, bad, default).Verdict);
        var negatives = new bool[1000];
        Assert.Equal(GateVerdict.Inconclusive, new ChampionComparison().Judge(Candidate, Champion, negatives, new float[1000], new float[1000], default).Verdict);
    }

    [Fact]
    public void First_candidate_is_held_against_the_absolute_bar()
    {
        var (labels, good, _) = Simulate(3000, seed: 5, goodNoise: 1, badNoise: 1);
        var gate = new ChampionComparison { MinimumAuc = 0.6 };
        Assert.Equal(GateVerdict.Pass, gate.Judge(Candidate, null, labels, good, [], default).Verdict);
        Assert.Equal(GateVerdict.Fail, (gate with { MinimumAuc = 0.99 }).Judge(Candidate, null, labels, good, [], default).Verdict);
        Assert.NotEqual(gate.Judge(Candidate, null, labels, good, [], default).PolicyHash, new ChampionComparison().Judge(Candidate, null, labels, good, [], default).PolicyHash);
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
            var gate = new ChampionComparison { RequiredGain = 0, Resamples = 200, Seed = trial };
            passes += gate.Judge(Candidate, Champion, labels, one, two, default).Verdict == GateVerdict.Pass ? 1 : 0;
        }

        // Expected 5 %; the limit is the 99.9 % quantile of a binomial with 200 trials and p = 0.05.
        Assert.InRange(passes, 0, 21);
    }

    private static (bool[] Labels, float[] Good, float[] Bad) Simulate(int n, int seed, double goodNoise, double badNoise)
    {
        var random = new Random(seed);
        var labels = new bool[n];
        var (good, bad) = (new float[n], new float[n]);
        for (var i = 0; i < n; i++)
        {
            labels[i] = random.NextDouble() < 0.3;
            good[i] = (float)((labels[i] ? 1 : 0) + (goodNoise * Normal(random)));
            bad[i] = (float)((labels[i] ? 1 : 0) + (badNoise * Normal(random)));
        }

        return (labels, good, bad);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
