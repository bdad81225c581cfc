namespace MlPlatform.Core.Internal;

/// <summary>Labels in ascending order of score, ready for many weighted AUCs of one pass each.</summary>
internal sealed class RankedLabels
{
    // Row index, shifted left by two; bit 1 = positive, bit 0 = last row of a group of equal scores.
    private readonly long[] items;

    public RankedLabels(double[] labels, double[] scores)
    {
        var keys = new double[scores.Length];
        items = new long[scores.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = scores[i] == 0 ? 0 : scores[i];
            items[i] = ((long)i << 2) | (labels[i] > 0.5 ? 2L : 0L);
        }

        Array.Sort(keys, items);
        for (var i = 0; i < keys.Length; i++)
        {
            items[i] |= i + 1 == keys.Length || !keys[i + 1].Equals(keys[i]) ? 1L : 0L;
        }
    }

    public double WeightedAuc(ReadOnlySpan<byte> weights)
    {
        long negativesBelow = 0,
            positives = 0,
            groupPositives = 0,
            groupNegatives = 0;
        var twiceArea = 0.0;
        foreach (var item in items)
        {
            long weight = weights[(int)(item >> 2)];
            var ofPositive = weight & -((item >> 1) & 1);
            groupPositives += ofPositive;
            groupNegatives += weight - ofPositive;
            if ((item & 1) != 0)
            {
                twiceArea += (double)groupPositives * ((2 * negativesBelow) + groupNegatives);
                negativesBelow += groupNegatives;
                positives += groupPositives;
                groupPositives = groupNegatives = 0;
            }
        }

        return positives == 0 || negativesBelow == 0 ? double.NaN : twiceArea / (2.0 * positives * negativesBelow);
    }
}
