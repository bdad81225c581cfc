namespace MlPlatform.Core.Tests;

public sealed class ProportionsTests
{
    [Theory]
    [InlineData(8, 10, 0.49016247153664183, 0.9433178485456247)]
    [InlineData(0, 20, 0, 3.841458820694124 / 23.841458820694124)] // No successes: the upper end is z^2 / (n + z^2).
    public void Wilson_interval_agrees_with_known_values(long successes, long trials, double low, double high)
    {
        var interval = Proportions.Wilson(successes, trials);

        Assert.Equal(low, interval.Low, 1e-9);
        Assert.Equal(high, interval.High, 1e-9);
    }

    [Fact]
    public void Wilson_interval_of_nothing_is_undefined() => Assert.True(double.IsNaN(Proportions.Wilson(0, 0).Low));

    [Fact]
    public void Two_proportion_z_agrees_with_the_formula_by_hand()
    {
        // 20/100 v 30/100: pooled .25, z = -.1 / sqrt(.25 * .75 * .02) = -1.63299316185545
        var test = Proportions.TwoProportionZ(20, 100, 30, 100);

        Assert.Equal(-1.632993161855452, test.Statistic, 1e-12);
        Assert.Equal(0.10247043485974938, test.PValue, 1e-9);
    }

    [Fact]
    public void Two_proportion_z_of_equal_extremes_is_no_evidence() =>
        Assert.Equal(new TestResult(0, 1), Proportions.TwoProportionZ(0, 50, 0, 70));

    [Fact]
    public void Two_proportion_z_needs_both_sides() => Assert.True(double.IsNaN(Proportions.TwoProportionZ(0, 0, 1, 70).PValue));

    // Five reference values, four new ones: comb(4, j) B(j + 2, 8 - j) / B(2, 4) for j = 0 to 4.
    [Fact]
    public void Outside_range_p_value_agrees_with_the_beta_binomial_by_hand()
    {
        double[] mass = [5 / 18.0, 20 / 63.0, 5 / 21.0, 8 / 63.0, 5 / 126.0];
        for (var k = 0; k <= 4; k++)
        {
            Assert.Equal(mass[k..].Sum(), Proportions.OutsideRangePValue(k, 4, 5), 1e-12);
        }
    }

    [Fact]
    public void Outside_range_p_value_holds_its_level_in_simulation()
    {
        var random = new Random(1);
        var rejected = 0;
        for (var i = 0; i < 4000; i++)
        {
            double[] sample = [.. Enumerable.Range(0, 50).Select(_ => random.NextDouble())];
            var outside = Enumerable.Range(0, 40).Select(_ => random.NextDouble()).Count(x => x < sample.Min() || x > sample.Max());
            rejected += Proportions.OutsideRangePValue(outside, 40, 50) <= 0.05 ? 1 : 0;
        }

        Assert.InRange(rejected, 40, 245); // At most 5 % and 3 standard errors; the count is discrete, so it may be less.
    }
}
