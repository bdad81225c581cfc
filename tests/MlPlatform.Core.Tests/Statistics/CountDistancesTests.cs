using CsCheck;

namespace MlPlatform.Core.Tests;

public sealed class CountDistancesTests
{
    private static readonly Gen<(long[] A, long[] B)> Pairs = Gen.Int[1, 20]
        .SelectMany(n => Gen.Select(Gen.Long[0, 1000].Array[n], Gen.Long[0, 1000].Array[n]))
        .Where(p => p.Item1.Sum() > 0 && p.Item2.Sum() > 0);

    [Fact]
    public void Jensen_Shannon_agrees_with_the_examples_of_scipy()
    {
        Assert.Equal(0.46450140402245893, CountDistances.JensenShannon([10, 0], [5, 5]), 1e-12);
        Assert.Equal(Math.Sqrt(Math.Log(2)), CountDistances.JensenShannon([3, 0, 0], [0, 7, 0]), 1e-12);
    }

    [Fact]
    public void Psi_agrees_with_the_formula_by_hand()
    {
        // (.5-.4) ln(.5/.4) + (.5-.6) ln(.5/.6) = .0405465108108164
        Assert.Equal(0.04054651081081644, CountDistances.Psi([40, 60], [100, 100]), 1e-12);

        // An empty bin is raised to the floor: (.0001-.5) ln(.0001/.5) + .5 ln 2
        var expected = ((1e-4 - 0.5) * Math.Log(1e-4 / 0.5)) + (0.5 * Math.Log(2));
        Assert.Equal(expected, CountDistances.Psi([1, 1], [0, 2]), 1e-12);
    }

    [Fact]
    public void Chi_square_agrees_with_the_example_of_scipy_chi2_contingency()
    {
        var test = CountDistances.ChiSquareHomogeneity([10, 10, 20], [20, 20, 20]);

        Assert.Equal(2.7777777777777777, test.Statistic, 1e-12);
        Assert.Equal(0.24935220877729619, test.PValue, 1e-12);
    }

    [Fact]
    public void Chi_square_of_two_columns_is_corrected_and_empty_columns_are_left_out()
    {
        // Every E is 7.5 or 8.5 x ...: by hand sum (|O-E|-.5)^2/E for [[12,5],[3,10]].
        double[] e = [17 * 15 / 30.0, 17 * 15 / 30.0, 13 * 15 / 30.0, 13 * 15 / 30.0];
        double[] o = [12, 5, 3, 10];
        var expected = o.Zip(e).Sum(p => Math.Pow(Math.Abs(p.First - p.Second) - 0.5, 2) / p.Second);

        Assert.Equal(expected, CountDistances.ChiSquareHomogeneity([12, 0, 5], [3, 0, 10]).Statistic, 1e-12);
    }

    [Fact]
    public void Distances_are_not_negative_zero_on_equal_shares_and_symmetric() =>
        Pairs.Sample(p =>
        {
            var (a, b) = p;
            foreach (
                var distance in (Func<long[], long[], double>[])
                    [
                        (x, y) => CountDistances.Psi(x, y),
                        (x, y) => CountDistances.JensenShannon(x, y),
                        (x, y) => CountDistances.LInfinity(x, y),
                        (x, y) => CountDistances.KolmogorovSmirnov(x, y).Statistic,
                    ]
            )
            {
                Assert.True(distance(a, b) >= 0);
                Assert.Equal(distance(a, b), distance(b, a), 1e-9);
                Assert.Equal(0, distance(a, [.. a.Select(v => 3 * v)]), 1e-7);
            }
        });

    [Fact]
    public void An_empty_side_is_undefined_and_never_zero()
    {
        Assert.True(double.IsNaN(CountDistances.Psi([1, 2], [0, 0])));
        Assert.True(double.IsNaN(CountDistances.JensenShannon([0, 0], [1, 2])));
        Assert.True(double.IsNaN(CountDistances.LInfinity([0, 0], [1, 2])));
        Assert.True(double.IsNaN(CountDistances.KolmogorovSmirnov([0, 0], [1, 2]).PValue));
    }

    [Fact]
    public void Different_bins_are_refused() => Assert.Throws<ArgumentException>(() => CountDistances.Psi([1, 2], [1, 2, 3]));
}
