namespace MlPlatform.Core.Tests;

public sealed class PairedBootstrapTests
{
    [Fact]
    public void Same_seed_gives_the_same_resamples_and_another_does_not()
    {
        var (labels, first, second) = SimulatedScores.Make(2000, 1, 0.9, 1);

        var a = PairedBootstrap.AucDifference(labels, first, second, seed: 7);
        var b = PairedBootstrap.AucDifference(labels, first, second, seed: 7);
        var c = PairedBootstrap.AucDifference(labels, first, second, seed: 8);

        Assert.Equal(a.Resampled, b.Resampled);
        Assert.NotEqual(a.Resampled, c.Resampled);
    }

    [Fact]
    public void Estimate_is_the_difference_of_the_exact_areas()
    {
        var (labels, first, second) = SimulatedScores.Make(3000, 1, 0.5, 2);

        var difference = PairedBootstrap.AucDifference(labels, first, second);

        Assert.Equal(BinaryMetrics.Auc(labels, first).Value, difference.First, 1e-12);
        Assert.Equal(BinaryMetrics.Auc(labels, second).Value, difference.Second, 1e-12);
    }

    [Fact]
    public void Standard_error_of_one_side_agrees_with_DeLong()
    {
        // Against a constant score the difference is the first side's area minus one half, so its error is that of the area.
        var (labels, first, _) = SimulatedScores.Make(4000, 1, 0, 3);

        var difference = PairedBootstrap.AucDifference(labels, first, new double[4000], resamples: 2000);

        Assert.Equal(1, difference.StandardError / BinaryMetrics.Auc(labels, first).StandardError, 0.06);
    }

    [Fact]
    public void Interval_covers_the_true_difference_as_often_as_it_says()
    {
        // Equal strengths: the true difference is 0. 200 experiments at 90 %: 170 to 190 covered is within 2.4 standard errors.
        var covered = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var (labels, first, second) = SimulatedScores.Make(600, 1, 1, seed);
            var difference = PairedBootstrap.AucDifference(labels, first, second, 300, seed);
            covered += difference.Quantile(0.05) <= 0 && difference.Quantile(0.95) >= 0 ? 1 : 0;
        }

        Assert.InRange(covered, 168, 192);
    }

    [Fact]
    public void Pairing_makes_the_interval_narrower_than_independent_errors()
    {
        var (labels, first, second) = SimulatedScores.Make(3000, 1, 1, 4, shared: 0.95);
        var alone = BinaryMetrics.Auc(labels, first).StandardError;

        Assert.True(PairedBootstrap.AucDifference(labels, first, second).StandardError < 0.6 * alone * Math.Sqrt(2));
    }

    [Fact]
    public void Rows_with_NaN_are_left_out_on_both_sides() =>
        Assert.Equal(3, PairedBootstrap.AucDifference([0, 1, 1, 0, 1], [0.1, double.NaN, 0.5, 0.2, 1], [0, 0, 0, double.NaN, 1], 100).Rows);
}
