namespace MlPlatform.Core.Tests;

public sealed class ChampionComparisonTests
{
    private static readonly AssetRef Candidate = new(AssetKind.Model, "m", 2);
    private static readonly AssetRef Champion = new(AssetKind.Model, "m", 1);

    [Theory]
    [InlineData(1.0, 1.0, GateVerdict.Pass)]
    [InlineData(0.5, 1.0, GateVerdict.Fail)]
    [InlineData(1.5, 1.0, GateVerdict.Pass)]
    public void NotWorse_passes_equals_and_fails_clear_harm(double candidate, double champion, GateVerdict expected)
    {
        var (labels, first, second) = SimulatedScores.Make(20_000, candidate, champion, 1);

        var result = Evaluate(ChampionComparison.NotWorse(0.01), labels, first, second);

        Assert.Equal(expected, result.Verdict);
        var evidence = Assert.Single(result.Evidence);
        Assert.Equal(BinaryMetrics.Auc(labels, first).Value - BinaryMetrics.Auc(labels, second).Value, evidence.Estimate!.Value, 1e-12);
        Assert.True(evidence.Low < evidence.Estimate && evidence.Estimate < evidence.High);
    }

    [Theory]
    [InlineData(1.3, 1.0, GateVerdict.Pass)]
    [InlineData(1.0, 1.0, GateVerdict.Fail)]
    public void Better_asks_for_a_shown_gain(double candidate, double champion, GateVerdict expected)
    {
        var (labels, first, second) = SimulatedScores.Make(20_000, candidate, champion, 2);

        Assert.Equal(expected, Evaluate(ChampionComparison.Better(0.02), labels, first, second).Verdict);
    }

    [Fact]
    public void Few_rows_are_inconclusive_however_good_they_look()
    {
        var (labels, first, second) = SimulatedScores.Make(499, 3, 0, 3);

        Assert.Equal(GateVerdict.Inconclusive, Evaluate(ChampionComparison.NotWorse(0.01), labels, first, second).Verdict);
    }

    [Fact]
    public void A_difference_at_the_margin_is_inconclusive()
    {
        var (labels, first, second) = SimulatedScores.Make(1000, 1, 1, 4, shared: 0.2);

        Assert.Equal(GateVerdict.Inconclusive, Evaluate(ChampionComparison.NotWorse(0.001), labels, first, second).Verdict);
    }

    [Fact]
    public void One_harmed_slice_fails_the_gate_although_all_rows_pass()
    {
        var (labels, first, second) = SimulatedScores.Make(20_000, 1.3, 1, 5);
        var slices = new string?[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            slices[i] = i % 20 == 0 ? "harmed" : "rest";
            first[i] = i % 20 == 0 ? -first[i] : first[i];
        }

        var gate = ChampionComparison.NotWorse(0.01);

        Assert.Equal(GateVerdict.Pass, Evaluate(gate, labels, first, second).Verdict);
        var sliced = Evaluate(gate, labels, first, second, slices);
        Assert.Equal(GateVerdict.Fail, sliced.Verdict);
        Assert.Contains("harmed", sliced.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Small_slices_are_pooled_unless_required_and_then_inconclusive()
    {
        var (labels, first, second) = SimulatedScores.Make(20_000, 1.3, 1, 6);
        string?[] slices = [.. Enumerable.Range(0, labels.Length).Select(i => i < 400 ? "a" : i < 800 ? "b" : "rest")];
        var gate = ChampionComparison.NotWorse(0.01);

        var pooled = Evaluate(gate, labels, first, second, slices);
        var required = Evaluate(gate with { RequiredSlices = ["a"] }, labels, first, second, slices);

        Assert.Equal(GateVerdict.Pass, pooled.Verdict);
        Assert.Equal(800, pooled.Evidence.Single(e => e.Slice == "other").N);
        Assert.Equal(GateVerdict.Inconclusive, required.Verdict);
    }

    [Fact]
    public void Without_a_champion_the_absolute_minimum_decides()
    {
        var (labels, first, _) = SimulatedScores.Make(5000, 1, 1, 7);
        var gate = ChampionComparison.NotWorse(0.01);

        Assert.Equal(GateVerdict.Inconclusive, gate.Evaluate(Candidate, null, labels, first, [], default).Verdict);
        Assert.Equal(GateVerdict.Pass, (gate with { AbsoluteMinimum = 0.7 }).Evaluate(Candidate, null, labels, first, [], default).Verdict);
        Assert.Equal(GateVerdict.Fail, (gate with { AbsoluteMinimum = 0.9 }).Evaluate(Candidate, null, labels, first, [], default).Verdict);
    }

    [Fact]
    public void Result_survives_its_stored_form_and_names_its_policy()
    {
        var (labels, first, second) = SimulatedScores.Make(1000, 1, 1, 8);
        var result = Evaluate(ChampionComparison.NotWorse(0.02), labels, first, second);

        var copy = GateResult.FromBytes(result.ToBytes());

        Assert.Equal(result.Evidence, copy.Evidence);
        Assert.Equal(1, copy.Seed);
        Assert.NotEqual(result.PolicyHash, Evaluate(ChampionComparison.NotWorse(0.03), labels, first, second).PolicyHash);
    }

    private static GateResult Evaluate(ChampionComparison gate, double[] labels, double[] first, double[] second, string?[]? slices = null) =>
        gate.Evaluate(Candidate, Champion, labels, first, second, new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), slices);
}
