using MlPlatform.Core.Internal;

namespace MlPlatform.Core;

/// <summary>Bootstrap of a difference where both sides are measured on the same rows, so that what they share cancels out.</summary>
public static class PairedBootstrap
{
    /// <summary>The difference in area under the ROC curve of two score vectors on the same labels.</summary>
    /// <remarks>
    /// Each resample gives every row a Poisson(1) weight, the same for both sides (the Poisson bootstrap, which approaches the multinomial one as
    /// rows grow). Scores are sorted once; a resample is then one pass over each order. Equal input and seed give equal output on every machine.
    /// </remarks>
    /// <param name="labels">A label above one half is positive. A row with NaN anywhere is left out on both sides.</param>
    /// <param name="first">Scores of the first side.</param>
    /// <param name="second">Scores of the second side.</param>
    /// <param name="resamples">How many; at least 100.</param>
    /// <param name="seed">Recorded in the result.</param>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static BootstrapDifference AucDifference(
        ReadOnlySpan<double> labels,
        ReadOnlySpan<double> first,
        ReadOnlySpan<double> second,
        int resamples = 500,
        long seed = 1
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 100);
        if (labels.Length != first.Length || labels.Length != second.Length)
        {
            throw new ArgumentException($"{labels.Length} labels do not go with {first.Length} and {second.Length} scores.", nameof(first));
        }

        var (kept, keptFirst, keptSecond) = KeepComplete(labels, first, second);
        var order1 = new RankedLabels(kept, keptFirst);
        var order2 = new RankedLabels(kept, keptSecond);
        var weights = new byte[kept.Length];
        var random = new SplitMix64((ulong)seed);
        var differences = new List<double>(resamples);
        for (var i = 0; i < resamples; i++)
        {
            PoissonWeights.Fill(weights, ref random);
            var difference = order1.WeightedAuc(weights) - order2.WeightedAuc(weights);
            if (!double.IsNaN(difference))
            {
                differences.Add(difference);
            }
        }

        differences.Sort();
        weights.AsSpan().Fill(1);
        return new(order1.WeightedAuc(weights), order2.WeightedAuc(weights), kept.Length, seed) { Resampled = differences };
    }

    private static (double[] Labels, double[] First, double[] Second) KeepComplete(
        ReadOnlySpan<double> labels,
        ReadOnlySpan<double> first,
        ReadOnlySpan<double> second
    )
    {
        double[] l = new double[labels.Length],
            a = new double[labels.Length],
            b = new double[labels.Length];
        var n = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            if (!double.IsNaN(labels[i]) && !double.IsNaN(first[i]) && !double.IsNaN(second[i]))
            {
                (l[n], a[n], b[n]) = (labels[i], first[i], second[i]);
                n++;
            }
        }

        return (l[..n], a[..n], b[..n]);
    }
}
