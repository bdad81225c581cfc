using MathNet.Numerics;

namespace MlPlatform.Core;

/// <summary>Upper tail probabilities, each taken from a complementary function so that small ones keep their digits.</summary>
public static class Tails
{
    /// <summary>P(X &gt;= x) of the chi-square distribution: the regularised upper incomplete gamma function Q(df/2, x/2).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The degrees of freedom are not positive.</exception>
    public static double ChiSquareUpper(double x, double degreesOfFreedom)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degreesOfFreedom);
        return x switch
        {
            double.NaN => double.NaN,
            <= 0 => 1,
            double.PositiveInfinity => 0,
            // Beyond this the probability is under 1e-300 for any df met here, and the series of the library loses its way.
            _ when x > degreesOfFreedom + 2000 && x > 20 * degreesOfFreedom => 0,
            _ => Math.Clamp(SpecialFunctions.GammaUpperRegularized(degreesOfFreedom / 2, x / 2), 0, 1),
        };
    }

    /// <summary>P(|Z| &gt;= |z|) of the standard normal distribution: erfc(|z| / sqrt 2).</summary>
    public static double NormalTwoSided(double z) => SpecialFunctions.Erfc(Math.Abs(z) / Math.Sqrt(2));

    /// <summary>P(|T| &gt;= |t|) of Student's distribution: the regularised incomplete beta function I(df/2, 1/2) at df / (df + t^2).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The degrees of freedom are not positive.</exception>
    public static double StudentTwoSided(double t, double degreesOfFreedom)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(degreesOfFreedom);
        return double.IsInfinity(t) ? 0
            : degreesOfFreedom > 1e7 || double.IsNaN(t) ? NormalTwoSided(t)
            : SpecialFunctions.BetaRegularized(degreesOfFreedom / 2, 0.5, degreesOfFreedom / (degreesOfFreedom + (t * t)));
    }

    /// <summary>P(Z &gt;= z) of the standard normal distribution.</summary>
    public static double NormalUpper(double z) => SpecialFunctions.Erfc(z / Math.Sqrt(2)) / 2;

    /// <summary>The Kolmogorov limit of the two-sample Kolmogorov-Smirnov p-value: 2 sum (-1)^(k-1) exp(-2 k^2 x^2), x = D sqrt(nm/(n+m)).</summary>
    /// <remarks>The limit for large samples, conservative for small ones and for ties. It is not the finite-sample distribution.</remarks>
    /// <param name="distance">D, the largest distance of the two distribution functions.</param>
    /// <param name="n">Rows on one side.</param>
    /// <param name="m">Rows on the other.</param>
    /// <returns>NaN when a side is empty or the distance is NaN.</returns>
    public static double KolmogorovLimit(double distance, long n, long m)
    {
        if (n <= 0 || m <= 0 || double.IsNaN(distance))
        {
            return double.NaN;
        }

        var x = distance * Math.Sqrt((double)n * m / ((double)n + m));
        if (x < 0.2)
        {
            return 1; // 1 - 1e-11 and above
        }

        var sum = 0.0;
        var sign = 1.0;
        for (var k = 1; k <= 100; k++)
        {
            var term = Math.Exp(-2 * k * k * x * x);
            sum += sign * term;
            if (term < 1e-17 * Math.Abs(sum))
            {
                break;
            }

            sign = -sign;
        }

        return Math.Clamp(2 * sum, 0, 1);
    }
}
