namespace MlPlatform.Core;

/// <summary>Distances of two distributions given as counts in the same bins. An empty side gives NaN.</summary>
/// <remarks>Counts are as good as rows here: with fixed bins these are exact, not estimates.</remarks>
public static class CountDistances
{
    /// <summary>The share that an empty bin is raised to by <see cref="Psi"/>; shares are not normalised again.</summary>
    public const double DefaultFloor = 1e-4;

    /// <summary>The population stability index: sum (c - r) ln(c / r) over shares raised to a floor.</summary>
    /// <remarks>When nothing differs its mean is about (B-1)(1/n + 1/m); see <see cref="PsiNullMean"/>.</remarks>
    public static double Psi(ReadOnlySpan<long> reference, ReadOnlySpan<long> current, double floor = DefaultFloor)
    {
        if (!TryTotals(reference, current, out var n, out var m))
        {
            return double.NaN;
        }

        var sum = 0.0;
        for (var i = 0; i < reference.Length; i++)
        {
            if (reference[i] == 0 && current[i] == 0)
            {
                continue;
            }

            var r = Math.Max(reference[i] / n, floor);
            var c = Math.Max(current[i] / m, floor);
            sum += (c - r) * Math.Log(c / r);
        }

        return sum;
    }

    /// <summary>The mean of PSI when nothing differs: (B-1)(1/n + 1/m). An eighth of it is that of the Jensen-Shannon divergence.</summary>
    public static double PsiNullMean(int bins, long n, long m) => Math.Max(0, bins - 1) * ((1.0 / n) + (1.0 / m));

    /// <summary>The Jensen-Shannon distance: the root of the divergence in natural logarithms, between 0 and sqrt(ln 2).</summary>
    public static double JensenShannon(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        if (!TryTotals(reference, current, out var n, out var m))
        {
            return double.NaN;
        }

        var sum = 0.0;
        for (var i = 0; i < reference.Length; i++)
        {
            var r = reference[i] / n;
            var c = current[i] / m;
            var middle = (r + c) / 2;
            sum += r > 0 ? r * Math.Log(r / middle) : 0;
            sum += c > 0 ? c * Math.Log(c / middle) : 0;
        }

        return Math.Sqrt(Math.Max(0, sum / 2));
    }

    /// <summary>The largest difference of two shares.</summary>
    public static double LInfinity(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        if (!TryTotals(reference, current, out var n, out var m))
        {
            return double.NaN;
        }

        var largest = 0.0;
        for (var i = 0; i < reference.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs((reference[i] / n) - (current[i] / m)));
        }

        return largest;
    }

    /// <summary>The Kolmogorov-Smirnov distance at the bins' edges, with the p-value of the Kolmogorov limit. Bins are in order.</summary>
    /// <remarks>A lower bound of the distance of the rows themselves, so the p-value errs towards 1.</remarks>
    public static TestResult KolmogorovSmirnov(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        if (!TryTotals(reference, current, out var n, out var m))
        {
            return TestResult.Undefined;
        }

        long below1 = 0,
            below2 = 0;
        var distance = 0.0;
        for (var i = 0; i < reference.Length; i++)
        {
            below1 += reference[i];
            below2 += current[i];
            distance = Math.Max(distance, Math.Abs((below1 / n) - (below2 / m)));
        }

        return new(distance, Tails.KolmogorovLimit(distance, (long)n, (long)m));
    }

    /// <summary>Pearson's chi-square test that both rows of a 2 x K table come from one distribution; columns that are empty on both sides are left out.</summary>
    /// <remarks>With two columns left, Yates' correction is made: each |O - E| is reduced by at most a half. With one left nothing can differ: statistic 0, p 1.</remarks>
    public static TestResult ChiSquareHomogeneity(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        if (!TryTotals(reference, current, out var n, out var m))
        {
            return TestResult.Undefined;
        }

        var columns = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            columns += reference[i] + current[i] > 0 ? 1 : 0;
        }

        if (columns < 2)
        {
            return new(0, 1);
        }

        var statistic = 0.0;
        for (var i = 0; i < reference.Length; i++)
        {
            double total = reference[i] + current[i];
            if (total > 0)
            {
                statistic += Term(reference[i], total * n / (n + m), columns == 2) + Term(current[i], total * m / (n + m), columns == 2);
            }
        }

        return new(statistic, Tails.ChiSquareUpper(statistic, columns - 1));
    }

    private static double Term(double observed, double expected, bool yates)
    {
        var difference = Math.Abs(observed - expected);
        difference -= yates ? Math.Min(0.5, difference) : 0;
        return difference * difference / expected;
    }

    private static bool TryTotals(ReadOnlySpan<long> reference, ReadOnlySpan<long> current, out double n, out double m)
    {
        if (reference.Length != current.Length)
        {
            throw new ArgumentException(
                $"Both sides need the same bins: {reference.Length} and {current.Length} were given.",
                nameof(current)
            );
        }

        long first = 0,
            second = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            first += reference[i];
            second += current[i];
        }

        n = first;
        m = second;
        return first > 0 && second > 0;
    }
}
