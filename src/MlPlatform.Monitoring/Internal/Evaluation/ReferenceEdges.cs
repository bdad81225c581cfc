namespace MlPlatform.Monitoring.Internal;

/// <summary>Chooses the bins of a reference: fine ones for distribution functions, and groups of them, about deciles, for stability indexes.</summary>
internal static class ReferenceEdges
{
    private const int FineBins = 60; // A multiple of ten, so that the deciles are among the edges.

    /// <summary>Edges and, for each group, the number of fine bins up to its end. Values are sorted and finite.</summary>
    public static (double[] Edges, int[] GroupEnds) Choose(double[] sorted)
    {
        if (sorted.Length == 0)
        {
            return ([], [1]);
        }

        var distinct = Distinct(sorted, FineBins);
        if (distinct is [var constant])
        {
            // Both sides of a constant get a bin of their own, else a change to smaller values would not be seen.
            return ([Math.BitDecrement(constant), constant], [1, 2, 3]);
        }

        if (distinct is { Length: <= 10 })
        {
            return (distinct, [.. Enumerable.Range(1, distinct.Length + 1)]);
        }

        if (distinct is not null)
        {
            var counts = new EdgeCounts(distinct);
            foreach (var value in sorted)
            {
                counts.Add(value);
            }

            return (distinct, EqualMass(counts.Counts, 10));
        }

        var deciles = Quantiles(sorted, 10).ToHashSet();
        double[] edges = [.. Quantiles(sorted, FineBins).Distinct()];
        List<int> ends = [.. Enumerable.Range(0, edges.Length).Where(i => deciles.Contains(edges[i])).Select(i => i + 1)];
        ends.Add(edges.Length + 1);
        return (edges, [.. ends]);
    }

    /// <summary>99 edges of equal distance: over 0 to 1 when all values lie there, else over their range.</summary>
    public static double[] Grid(double[] values)
    {
        double low = 0,
            high = 1;
        if (values.Length > 0 && (values.Min() < 0 || values.Max() > 1))
        {
            (low, high) = (values.Min(), values.Max());
        }

        var edges = Enumerable.Range(1, 99).Select(i => low + ((high - low) * i / 100)).Distinct().ToArray();
        return high > low ? edges : [Math.BitDecrement(low), low];
    }

    /// <summary>Groups of neighbouring bins with about the same count.</summary>
    public static int[] EqualMass(ReadOnlySpan<long> counts, int groups)
    {
        long total = 0;
        foreach (var count in counts)
        {
            total += count;
        }

        var ends = new List<int>();
        long inGroup = 0,
            before = 0;
        for (var i = 0; i < counts.Length - 1; i++)
        {
            inGroup += counts[i];
            if (inGroup > 0 && inGroup * groups >= total && before + inGroup < total)
            {
                ends.Add(i + 1);
                before += inGroup;
                inGroup = 0;
            }
        }

        ends.Add(counts.Length);
        return [.. ends];
    }

    /// <summary>Inner quantiles k/parts by linear interpolation (type 7).</summary>
    private static IEnumerable<double> Quantiles(double[] sorted, int parts)
    {
        for (var k = 1; k < parts; k++)
        {
            var position = (double)k * (sorted.Length - 1) / parts;
            var below = (int)position;
            var above = Math.Min(below + 1, sorted.Length - 1);
            var share = position - below;
            yield return share == 0 ? sorted[below] : ((1 - share) * sorted[below]) + (share * sorted[above]);
        }
    }

    private static double[]? Distinct(double[] sorted, int limit)
    {
        var distinct = new List<double>();
        foreach (var value in sorted)
        {
            if (distinct.Count == 0 || value > distinct[^1])
            {
                if (distinct.Count == limit)
                {
                    return null;
                }

                distinct.Add(value);
            }
        }

        return [.. distinct];
    }
}
