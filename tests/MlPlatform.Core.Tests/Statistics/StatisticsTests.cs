using CsCheck;

namespace MlPlatform.Core.Tests;

public sealed class StatisticsTests
{
    [Fact]
    public void Upper_tails_are_the_published_ones()
    {
        // Critical values of the standard tables.
        Assert.Equal(0.05, Tails.ChiSquareUpper(3.841458820694124, 1), 1e-9);
        Assert.Equal(0.01, Tails.ChiSquareUpper(23.209251158954356, 10), 1e-9);
        Assert.Equal(0.05, Tails.NormalTwoSided(1.959963984540054), 1e-9);
        Assert.Equal(0.025, Tails.NormalUpper(1.959963984540054), 1e-9);
        Assert.Equal(0.05, Tails.KolmogorovLimit(1.3580986 / Math.Sqrt(500), 1000, 1000), 1e-5);
    }

    [Fact]
    public void Adjusted_p_values_are_those_of_the_step_rules()
    {
        double[] p = [0.01, 0.04, 0.03, double.NaN, 0.005];
        AssertClose([0.03, 0.06, 0.06, double.NaN, 0.02], MultipleTests.Holm(p));
        AssertClose([0.02, 0.04, 0.04, double.NaN, 0.02], MultipleTests.BenjaminiHochberg(p));
    }

    [Fact]
    public void Wilson_interval_is_the_published_one()
    {
        // 8 of 10 at 95 %: Wilson (1927), as in the usual textbook example.
        var interval = Proportions.Wilson(8, 10);
        Assert.Equal(0.4901625, interval.Low, 1e-6);
        Assert.Equal(0.9433178, interval.High, 1e-6);
    }

    [Fact]
    public void Distances_between_counts_follow_their_formulas()
    {
        long[] r = [50, 30, 20],
            c = [20, 30, 50];
        Assert.Equal(2 * 0.3 * Math.Log(2.5), CountDistances.Psi(r, c), 1e-12);
        Assert.Equal(0.3, CountDistances.LInfinity(r, c), 1e-12);
        var divergence = (0.5 * Math.Log(0.5 / 0.35)) + (0.2 * Math.Log(0.2 / 0.35));
        Assert.Equal(Math.Sqrt(divergence), CountDistances.JensenShannon(r, c), 1e-12);
        var chi = CountDistances.ChiSquareHomogeneity(r, c);
        Assert.Equal(2 * ((15.0 * 15 / 35) + (15.0 * 15 / 35)), chi.Statistic, 1e-9);
        Assert.Equal(Tails.ChiSquareUpper(chi.Statistic, 2), chi.PValue, 1e-12);
        Assert.Equal(0, CountDistances.Psi(r, r), 1e-12);
    }

    [Fact]
    public void Calibration_and_loss_are_the_hand_computed_ones()
    {
        double[] y = [1, 0, 1, 0],
            p = [0.8, 0.4, 0.6, 0.2];
        Assert.Equal((0.04 + 0.16 + 0.16 + 0.04) / 4, BinaryMetrics.Brier(y, p), 1e-12);
        Assert.Equal(-(Math.Log(0.8) + Math.Log(0.6) + Math.Log(0.6) + Math.Log(0.8)) / 4, BinaryMetrics.LogLoss(y, p), 1e-12);
        Assert.Equal((0.2 + 0.4 + 0.4 + 0.2) / 4, BinaryMetrics.ExpectedCalibrationError(y, p), 1e-12);
    }

    [Fact]
    public void Moments_and_counts_do_not_depend_on_how_the_data_was_split() =>
        Gen.Select(Gen.Double[-1e3, 1e3].Array[1, 60], Gen.Int[0, 60])
            .Sample(
                (values, cut) =>
                {
                    cut = Math.Min(cut, values.Length);
                    double[] edges = [-500, 0, 500];
                    var (whole, left, right) = (new MomentsSketch(), new MomentsSketch(), new MomentsSketch());
                    var (all, first, second) = (new EdgeCounts(edges), new EdgeCounts(edges), new EdgeCounts(edges));
                    for (var i = 0; i < values.Length; i++)
                    {
                        whole.Add(values[i] + 1e9);
                        (i < cut ? left : right).Add(values[i] + 1e9);
                        all.Add(values[i]);
                        (i < cut ? first : second).Add(values[i]);
                    }

                    left.Merge(right);
                    first.Merge(second);
                    var mean = values.Average();
                    var variance = values.Sum(v => (v - mean) * (v - mean)) / values.Length;
                    return left.Count == whole.Count
                        && Math.Abs(left.Mean - 1e9 - mean) < 1e-5
                        && Math.Abs(left.Variance - variance) <= 1e-5 * Math.Max(1, variance)
                        && Math.Abs(whole.Variance - variance) <= 1e-5 * Math.Max(1, variance)
                        && first.Counts.SequenceEqual(all.Counts)
                        && all.Counts[0] == values.Count(v => v <= -500);
                }
            );

    [Fact]
    public void Edge_counts_keep_missing_and_infinite_apart_and_round_trip()
    {
        var counts = new EdgeCounts([0, 1], minimum: -1, maximum: 2);
        foreach (var value in new[] { -5, -0.5, 0, 0.5, 1, 1.5, 9, double.NaN, double.PositiveInfinity })
        {
            counts.Add(value);
        }

        Assert.Equal((7L, 1L, 1L, 1L, 1L), (counts.Finite, counts.Missing, counts.Infinite, counts.Below, counts.Above));
        Assert.Equal([3, 2, 2], counts.Counts.ToArray());
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        counts.Write(writer);
        stream.Position = 0;
        using var reader = new BinaryReader(stream);
        var read = new EdgeCounts([0, 1], minimum: -1, maximum: 2);
        read.MergeFrom(reader);
        Assert.Equal(counts.Counts.ToArray(), read.Counts.ToArray());
        Assert.Equal(counts.Total, read.Total);
    }

    [Fact]
    public void Blob_frame_refuses_changed_and_foreign_bytes()
    {
        var bytes = BlobFrame.Write(3, 1, [1, 2, 3]);
        Assert.Equal([1, 2, 3], BlobFrame.Read(bytes, 3, 1).ToArray());
        Assert.Throws<BlobFormatException>(() => BlobFrame.Read(bytes, 4, 1));
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] ^= 0x40;
            Assert.Throws<BlobFormatException>(() => BlobFrame.Read(changed, 3, 1));
            Assert.Throws<BlobFormatException>(() => BlobFrame.Read(bytes.AsSpan(0, i), 3, 1));
        }
    }

    [Fact]
    public void Category_counts_are_bounded_and_lose_nothing_in_sum()
    {
        var counts = new CategoryCounts(capacity: 4);
        for (ulong i = 1; i <= 10; i++)
        {
            counts.Add(i, (long)i);
        }

        counts.Add(CategoryHash.Of(null));
        Assert.True(counts.Counts.Count <= 4);
        Assert.Equal(56, counts.Total);
        Assert.Equal(55, counts.Counts.Values.Sum() + counts.Other);
        Assert.Equal(1, counts.Missing);
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-12);
        }
    }
}
