namespace MlPlatform.Core;

/// <summary>Metrics of a binary classifier. A label above one half is positive; rows whose label or score is NaN are left out.</summary>
public static class BinaryMetrics
{
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>The area under the ROC curve as the Mann-Whitney statistic, ties counting half, with the standard error of DeLong et al. (1988). O(n log n).</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static AucEstimate Auc(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores)
    {
        var (keys, positive) = Usable(labels, scores);
        Array.Sort(keys, positive);
        long positives = 0;
        foreach (var p in positive)
        {
            positives += p ? 1 : 0;
        }

        var negatives = keys.Length - positives;
        if (positives == 0 || negatives == 0)
        {
            return new(double.NaN, double.NaN, positives, negatives);
        }

        // One pass over groups of equal scores: every positive of a group beats the negatives below and half of its own group, and so on.
        long positivesBelow = 0,
            negativesBelow = 0;
        double area = 0,
            squares1 = 0,
            squares0 = 0;
        for (var start = 0; start < keys.Length; )
        {
            long groupPositives = 0;
            var end = start;
            for (; end < keys.Length && keys[end].Equals(keys[start]); end++)
            {
                groupPositives += positive[end] ? 1 : 0;
            }

            var groupNegatives = end - start - groupPositives;
            var ofPositive = (negativesBelow + (groupNegatives / 2.0)) / negatives;
            var ofNegative = (positives - positivesBelow - (groupPositives / 2.0)) / positives;
            area += groupPositives * ofPositive;
            squares1 += groupPositives * ofPositive * ofPositive;
            squares0 += groupNegatives * ofNegative * ofNegative;
            positivesBelow += groupPositives;
            negativesBelow += groupNegatives;
            start = end;
        }

        var auc = area / positives;
        var variance =
            (Math.Max(0, squares1 - (positives * auc * auc)) / (positives - 1) / positives)
            + (Math.Max(0, squares0 - (negatives * auc * auc)) / (negatives - 1) / negatives);
        return new(auc, positives > 1 && negatives > 1 ? Math.Sqrt(variance) : double.NaN, positives, negatives);
    }

    /// <summary>The mean negative log likelihood, probabilities clipped by the double epsilon; NaN without rows.</summary>
    public static double LogLoss(ReadOnlySpan<double> labels, ReadOnlySpan<double> probabilities)
    {
        var (keys, positive) = Usable(labels, probabilities);
        var sum = 0.0;
        for (var i = 0; i < keys.Length; i++)
        {
            var p = Math.Clamp(keys[i], Epsilon, 1 - Epsilon);
            sum -= Math.Log(positive[i] ? p : 1 - p);
        }

        return sum / keys.Length;
    }

    /// <summary>The mean squared difference of probability and label; NaN without rows.</summary>
    public static double Brier(ReadOnlySpan<double> labels, ReadOnlySpan<double> probabilities)
    {
        var (keys, positive) = Usable(labels, probabilities);
        var sum = 0.0;
        for (var i = 0; i < keys.Length; i++)
        {
            var difference = keys[i] - (positive[i] ? 1 : 0);
            sum += difference * difference;
        }

        return sum / keys.Length;
    }

    /// <summary>The expected calibration error over ten bins of equal width, right-closed, empty bins left out: sum (n_b/N) |mean label - mean probability|.</summary>
    public static double ExpectedCalibrationError(ReadOnlySpan<double> labels, ReadOnlySpan<double> probabilities)
    {
        const int Bins = 10;
        var (keys, positive) = Usable(labels, probabilities);
        Span<double> difference = stackalloc double[Bins];
        difference.Clear();
        for (var i = 0; i < keys.Length; i++)
        {
            var bin = Math.Clamp((int)Math.Ceiling(keys[i] * Bins) - 1, 0, Bins - 1);
            difference[bin] += (positive[i] ? 1 : 0) - keys[i];
        }

        var sum = 0.0;
        foreach (var d in difference)
        {
            sum += Math.Abs(d);
        }

        return sum / keys.Length;
    }

    internal static (double[] Scores, bool[] Positive) Usable(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores)
    {
        if (labels.Length != scores.Length)
        {
            throw new ArgumentException($"{labels.Length} labels do not go with {scores.Length} scores.", nameof(scores));
        }

        var keys = new double[scores.Length];
        var positive = new bool[scores.Length];
        var n = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (!double.IsNaN(scores[i]) && !double.IsNaN(labels[i]))
            {
                keys[n] = scores[i] == 0 ? 0 : scores[i]; // -0 and 0 are one score
                positive[n++] = labels[i] > 0.5;
            }
        }

        return n == keys.Length ? (keys, positive) : (keys[..n], positive[..n]);
    }
}
