using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace MlPlatform.Core;

/// <summary>Intervals and tests of shares.</summary>
public static class Proportions
{
    /// <summary>The Wilson score interval (Wilson 1927), without continuity correction.</summary>
    /// <param name="successes">How many of the trials succeeded.</param>
    /// <param name="trials">How many there were; 0 gives NaN ends.</param>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative or inconsistent, or the level is not between 0 and 1.</exception>
    public static ConfidenceInterval Wilson(long successes, long trials, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, successes);
        ThrowIfNotLevel(level);
        if (trials == 0)
        {
            return new(double.NaN, double.NaN, level);
        }

        var z = Normal.InvCDF(0, 1, (1 + level) / 2);
        double n = trials;
        var p = successes / n;
        var denominator = 1 + (z * z / n);
        var centre = (p + (z * z / (2 * n))) / denominator;
        var half = z / denominator * Math.Sqrt((p * (1 - p) / n) + (z * z / (4 * n * n)));
        return new(successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half, level);
    }

    /// <summary>The two-proportion z test with pooled variance, two-sided. Equal and degenerate shares (all or none on both sides) give z = 0.</summary>
    /// <returns>The statistic is positive when the first share is larger; undefined when a side is empty.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative or exceeds its trials.</exception>
    public static TestResult TwoProportionZ(long successes1, long trials1, long successes2, long trials2)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes1);
        ArgumentOutOfRangeException.ThrowIfNegative(successes2);
        ArgumentOutOfRangeException.ThrowIfLessThan(trials1, successes1);
        ArgumentOutOfRangeException.ThrowIfLessThan(trials2, successes2);
        if (trials1 == 0 || trials2 == 0)
        {
            return TestResult.Undefined;
        }

        double n1 = trials1,
            n2 = trials2;
        var pooled = (successes1 + (double)successes2) / (n1 + n2);
        if (pooled is 0 or 1)
        {
            return new(0, 1);
        }

        var z = ((successes1 / n1) - (successes2 / n2)) / Math.Sqrt(pooled * (1 - pooled) * ((1 / n1) + (1 / n2)));
        return new(z, Tails.NormalTwoSided(z));
    }

    /// <summary>The chance that at least so many new values fall outside the range of a sample when both come from one continuous distribution.</summary>
    /// <remarks>
    /// Whatever the distribution, the mass outside the range of n values is Beta(2, n-1), so the count among m new values is beta-binomial (Wilks
    /// 1941). A test of shares against "none in the reference" would be wrong: the reference lies within its own range by definition.
    /// </remarks>
    /// <param name="outside">New values outside the range.</param>
    /// <param name="trials">New values.</param>
    /// <param name="sample">Values that the range was taken from; fewer than 2 give NaN.</param>
    public static double OutsideRangePValue(long outside, long trials, long sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(outside);
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, outside);
        if (trials == 0 || sample < 2)
        {
            return double.NaN;
        }

        if (outside == 0)
        {
            return 1;
        }

        double n = sample,
            m = trials,
            k = outside;
        var term = Math.Exp(
            SpecialFunctions.GammaLn(m + 1)
                - SpecialFunctions.GammaLn(k + 1)
                - SpecialFunctions.GammaLn(m - k + 1)
                + SpecialFunctions.GammaLn(k + 2)
                + SpecialFunctions.GammaLn(m - k + n - 1)
                - SpecialFunctions.GammaLn(m + n + 1)
                + Math.Log(n)
                + Math.Log(n - 1)
        );
        var sum = term;
        for (; k < m && term > 1e-17 * sum; k++)
        {
            term *= (m - k) * (k + 2) / ((k + 1) * (m - k + n - 2));
            sum += term;
        }

        return Math.Min(1, sum);
    }

    internal static void ThrowIfNotLevel(double level)
    {
        if (!(level > 0 && level < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A confidence level lies between 0 and 1, both excluded.");
        }
    }
}
