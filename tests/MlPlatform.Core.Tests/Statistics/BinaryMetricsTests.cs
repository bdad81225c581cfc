using CsCheck;

namespace MlPlatform.Core.Tests;

public sealed class BinaryMetricsTests
{
    private static readonly Gen<(double Label, double Score)[]> Rows = Gen.Select(
            Gen.Bool.Select(b => b ? 1.0 : 0.0),
            Gen.Int[0, 20].Select(i => i / 20.0),
            (label, score) => (label, score)
        )
        .Array[4, 60]
        .Where(r => r.Count(x => x.Item1 > 0) >= 2 && r.Count(x => x.Item1 == 0) >= 2);

    [Fact]
    public void Auc_agrees_with_the_example_of_scikit_learn() =>
        Assert.Equal(0.75, BinaryMetrics.Auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).Value, 1e-15);

    [Fact]
    public void Log_loss_agrees_with_the_example_of_scikit_learn() =>
        Assert.Equal(0.21616187468057912, BinaryMetrics.LogLoss([1, 0, 0, 1], [0.9, 0.1, 0.2, 0.65]), 1e-12);

    [Fact]
    public void Brier_agrees_with_the_example_of_scikit_learn() =>
        Assert.Equal(0.0375, BinaryMetrics.Brier([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]), 1e-12);

    [Fact]
    public void Calibration_error_uses_right_closed_bins()
    {
        // .1 closes the first bin, .15 lies in the second: (|1-.1| + |0-.15| )/2
        Assert.Equal((0.9 + 0.15) / 2, BinaryMetrics.ExpectedCalibrationError([1, 0], [0.1, 0.15]), 1e-12);
        Assert.Equal(Math.Abs((1 - 0.05) + (0 - 0.1)) / 2, BinaryMetrics.ExpectedCalibrationError([1, 0], [0.05, 0.1]), 1e-12);
    }

    [Fact]
    public void Auc_and_DeLong_agree_with_all_pairs() =>
        Rows.Sample(rows =>
        {
            var (auc, error) = AllPairs(rows);
            var estimate = BinaryMetrics.Auc([.. rows.Select(r => r.Label)], [.. rows.Select(r => r.Score)]);

            Assert.Equal(auc, estimate.Value, 1e-12);
            Assert.Equal(error, estimate.StandardError, 1e-9);
        });

    [Fact]
    public void Auc_of_reversed_scores_is_the_complement() =>
        Rows.Sample(rows =>
        {
            double[] labels = [.. rows.Select(r => r.Label)];
            var forward = BinaryMetrics.Auc(labels, [.. rows.Select(r => r.Score)]).Value;
            var backward = BinaryMetrics.Auc(labels, [.. rows.Select(r => 1 - r.Score)]).Value;
            Assert.Equal(1, forward + backward, 1e-12);
        });

    [Fact]
    public void Auc_needs_both_classes_and_leaves_out_NaN()
    {
        Assert.True(double.IsNaN(BinaryMetrics.Auc([1, 1], [0.1, 0.2]).Value));
        Assert.Equal(1, BinaryMetrics.Auc([0, 1, double.NaN, 1], [0.1, 0.2, 0.3, double.NaN]).Value);
    }

    private static (double Auc, double Error) AllPairs((double Label, double Score)[] rows)
    {
        double[] x = [.. rows.Where(r => r.Label > 0).Select(r => r.Score)];
        double[] y = [.. rows.Where(r => r.Label == 0).Select(r => r.Score)];
        double[] ofX = [.. x.Select(a => y.Average(b => Psi(a, b)))];
        double[] ofY = [.. y.Select(b => x.Average(a => Psi(a, b)))];
        return (ofX.Average(), Math.Sqrt((Variance(ofX) / x.Length) + (Variance(ofY) / y.Length)));

        static double Psi(double a, double b) =>
            a > b ? 1
            : a == b ? 0.5
            : 0;
        static double Variance(double[] v) => v.Sum(d => (d - v.Average()) * (d - v.Average())) / (v.Length - 1);
    }
}
