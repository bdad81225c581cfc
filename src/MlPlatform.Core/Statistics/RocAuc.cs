namespace MlPlatform.Core;

/// <summary>The area under the ROC curve.</summary>
/// <remarks>Computed as the Mann-Whitney statistic with ties counted half: the probability that a random positive scores above a random negative.</remarks>
public static class RocAuc
{
    /// <summary>The AUC of scores against labels; NaN when one class is absent.</summary>
    /// <param name="labels">True for the positive class.</param>
    /// <param name="scores">Higher means more likely positive; same length; no NaN.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a score is NaN.</exception>
    public static double Compute(ReadOnlySpan<bool> labels, ReadOnlySpan<float> scores)
    {
        var ranking = new Ranking(labels, scores);
        var weights = new int[labels.Length];
        Array.Fill(weights, 1);
        return ranking.Auc(weights);
    }

    /// <summary>Rows sorted by score once, so that each weighted AUC, for example of a bootstrap sample, takes one pass.</summary>
    internal sealed class Ranking
    {
        private readonly int[] order;
        private readonly bool[] positive;
        private readonly bool[] endsTie;

        public Ranking(ReadOnlySpan<bool> labels, ReadOnlySpan<float> scores)
        {
            if (labels.Length != scores.Length)
            {
                throw new ArgumentException($"{labels.Length} labels and {scores.Length} scores were given; they must be as many.", nameof(scores));
            }

            var keys = scores.ToArray();
            if (Array.Exists(keys, float.IsNaN))
            {
                throw new ArgumentException("A score is NaN; remove such rows, or count them, before judging.", nameof(scores));
            }

            order = new int[keys.Length];
            for (var i = 0; i < order.Length; i++)
            {
                order[i] = i;
            }

            Array.Sort(keys, order);
            positive = new bool[keys.Length];
            endsTie = new bool[keys.Length];
            for (var i = 0; i < order.Length; i++)
            {
                positive[i] = labels[order[i]];
                endsTie[i] = i == order.Length - 1 || keys[i] != keys[i + 1];
            }
        }

        /// <summary>The AUC with each row counted as often as its weight says.</summary>
        public double Auc(ReadOnlySpan<int> weights)
        {
            double area = 0;
            long negativesBelow = 0, tiedPositives = 0, tiedNegatives = 0, positives = 0;
            for (var i = 0; i < order.Length; i++)
            {
                var weight = weights[order[i]];
                if (positive[i])
                {
                    tiedPositives += weight;
                }
                else
                {
                    tiedNegatives += weight;
                }

                if (endsTie[i])
                {
                    area += tiedPositives * (negativesBelow + (tiedNegatives * 0.5));
                    positives += tiedPositives;
                    negativesBelow += tiedNegatives;
                    tiedPositives = tiedNegatives = 0;
                }
            }

            return positives == 0 || negativesBelow == 0 ? double.NaN : area / ((double)positives * negativesBelow);
        }
    }
}
