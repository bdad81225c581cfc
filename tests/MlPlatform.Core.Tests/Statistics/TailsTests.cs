namespace MlPlatform.Core.Tests;

public sealed class TailsTests
{
    // Critical values of the published chi-square table, to full precision as scipy.stats.chi2.isf(0.05, df) gives them.
    [Theory]
    [InlineData(3.841458820694124, 1, 0.05)]
    [InlineData(5.991464547107979, 2, 0.05)]
    [InlineData(18.307038053275146, 10, 0.05)]
    [InlineData(6.6348966010212145, 1, 0.01)]
    public void Chi_square_upper_tail_agrees_with_tables(double x, double df, double expected) =>
        Assert.Equal(expected, Tails.ChiSquareUpper(x, df), 1e-12);

    // With an even number of degrees of freedom the tail is exp(-x/2) times the first df/2 terms of the exponential series.
    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(20)]
    public void Chi_square_upper_tail_keeps_relative_digits_far_out(int df)
    {
        foreach (var x in (double[])[0.5, 5, 50, 300, 900])
        {
            var term = 1.0;
            var sum = 1.0;
            for (var k = 1; k < df / 2; k++)
            {
                term *= x / 2 / k;
                sum += term;
            }

            var expected = Math.Exp(-x / 2) * sum;
            Assert.Equal(1, Tails.ChiSquareUpper(x, df) / expected, 1e-9);
        }
    }

    [Fact]
    public void Chi_square_upper_tail_is_sane_at_the_ends()
    {
        Assert.Equal(1, Tails.ChiSquareUpper(0, 3));
        Assert.Equal(0, Tails.ChiSquareUpper(1e9, 9));
        Assert.Equal(0, Tails.ChiSquareUpper(double.PositiveInfinity, 9));
        Assert.True(double.IsNaN(Tails.ChiSquareUpper(double.NaN, 9)));
    }

    [Theory]
    [InlineData(1.959963984540054, 0.05)]
    [InlineData(-1.959963984540054, 0.05)]
    [InlineData(0, 1)]
    [InlineData(10, 1.523970604832105e-23)]
    public void Normal_two_sided_agrees_with_tables(double z, double expected) => Assert.Equal(1, Tails.NormalTwoSided(z) / expected, 1e-9);

    [Theory]
    [InlineData(12.706204736174707, 1, 0.05)]
    [InlineData(2.2281388519649385, 10, 0.05)]
    [InlineData(3.169272667175838, 10, 0.01)]
    [InlineData(2.3646242510102993, 7, 0.05)]
    public void Student_two_sided_agrees_with_tables(double t, double df, double expected) =>
        Assert.Equal(expected, Tails.StudentTwoSided(-t, df), 1e-9);

    [Fact]
    public void Student_with_one_degree_of_freedom_is_Cauchy_and_with_many_is_normal()
    {
        Assert.Equal(1 - (2 / Math.PI * Math.Atan(7)), Tails.StudentTwoSided(7, 1), 1e-12);
        Assert.Equal(1, Tails.StudentTwoSided(3, 9e6) / Tails.NormalTwoSided(3), 1e-5);
    }

    // Smirnov's table: K(1.2238) = .10, K(1.3581) = .05, K(1.6276) = .01 in the upper tail.
    [Theory]
    [InlineData(1.2238478702170825, 0.1)]
    [InlineData(1.3580986393225505, 0.05)]
    [InlineData(1.6276236115189502, 0.01)]
    public void Kolmogorov_limit_agrees_with_tables(double x, double expected)
    {
        const int N = 2000;
        Assert.Equal(expected, Tails.KolmogorovLimit(x / Math.Sqrt(N / 2.0), N, N), 1e-9);
    }

    [Fact]
    public void Kolmogorov_limit_is_undefined_for_an_empty_side() => Assert.True(double.IsNaN(Tails.KolmogorovLimit(0.1, 0, 10)));
}
