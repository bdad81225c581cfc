using System.Globalization;
using System.Numerics;
using Microsoft.Extensions.Options;

namespace MlPlatform.Monitoring.Internal;

/// <summary>Judges a rollout's new version by its own traffic, so that looking again and again does not make a false alarm likely.</summary>
/// <remarks>
/// A decision uses the first n predictions of the new version, n = minimum, 2 x minimum, 4 x minimum, ..., and those of the old version over the
/// same stretch of time, evenly thinned where they are very many: looking twice between two sizes sees the same rows. The k-th size may spend alpha * 6 / (pi^2 k^2) on false alarms, which
/// sums to alpha over any number of looks (union bound), and each of its three checks a third of that.
/// </remarks>
internal sealed class RolloutEvidence(
    PredictionFlusher flusher,
    PerformanceReader reader,
    Clocks clocks,
    IOptions<MonitoringOptions> options
) : IRolloutEvidence
{
    private const double NaNMargin = 0.01;
    private const int MostBaselineRows = 32; // To one of the new version: with 16 a comparison is nearly as sharp as with all, and memory stays bounded.
    private readonly MonitoringOptions options = options.Value;

    public async Task<GateResult> GetAsync(
        string model,
        int candidate,
        int baseline,
        DateTimeOffset since,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        await flusher.FlushAsync(null, cancellationToken).ConfigureAwait(false);
        var now = clocks.Platform.GetUtcNow();
        var query = new RowQuery(model, candidate, StoredTime.ToMicros(since), StoredTime.ToMicros(now) + 1, Shadow: true);
        var first = await reader.ReadRowsAsync(query, cancellationToken).ConfigureAwait(false);
        var (_, rows) = Look(first.Count);
        query = query with { Version = baseline, Most = Math.Max(rows, options.RolloutMinimumRows) * MostBaselineRows };
        if (rows > 0)
        {
            query = query with { To = first[rows - 1].Time + 1 };
        }

        var second = await reader.ReadRowsAsync(query, cancellationToken).ConfigureAwait(false);
        var (verdict, reason, evidence) = Judge(first, second);
        return new("rollout", new AssetRef(AssetKind.Model, model, candidate), verdict, reason, now)
        {
            Baseline = new AssetRef(AssetKind.Model, model, baseline),
            Evidence = evidence,
        };
    }

    /// <summary>Which look the rows of the new version allow, and at how many of them; none is 0.</summary>
    private (int Look, int Rows) Look(int count)
    {
        var look = count < options.RolloutMinimumRows ? 0 : BitOperations.Log2((uint)(count / options.RolloutMinimumRows)) + 1;
        return (look, look == 0 ? 0 : options.RolloutMinimumRows << (look - 1));
    }

    /// <summary>The verdict by rows of both versions over the same time, each in its order.</summary>
    internal (GateVerdict Verdict, string Reason, IReadOnlyList<GateEvidence> Evidence) Judge(
        List<ScoredRow> candidate,
        List<ScoredRow> baseline
    )
    {
        var (look, rows) = Look(candidate.Count);
        var first = candidate.Take(look == 0 ? candidate.Count : rows).ToArray();
        var second = look == 0 ? [.. baseline] : baseline.Where(r => r.Time <= first[^1].Time).ToArray();
        if (look == 0 || second.Length < options.RolloutMinimumRows)
        {
            return (
                GateVerdict.Inconclusive,
                Text(
                    $"{first.Length} predictions of the new version and {second.Length} of the old; {options.RolloutMinimumRows} of each are needed."
                ),
                [
                    new GateEvidence("predictions", Math.Min(first.Length, second.Length))
                    {
                        Candidate = first.Length,
                        Baseline = second.Length,
                        Threshold = options.RolloutMinimumRows,
                    },
                ]
            );
        }

        var alpha = options.RolloutAlpha * 6 / (Math.PI * Math.PI * look * look) / 3;
        var evidence = new List<GateEvidence>();
        var failures = new List<string>();
        CompareMissing(first, second, alpha, evidence, failures);
        var isCompared =
            CompareScores(first, second, alpha, evidence, failures) || CompareClasses(first, second, alpha, evidence, failures);
        var labelled = CompareAuc(first, second, alpha, evidence, failures);
        if (failures.Count > 0)
        {
            return (GateVerdict.Fail, string.Join(' ', failures), evidence);
        }

        return labelled < options.RolloutMinimumLabelled
            ? (
                GateVerdict.Inconclusive,
                Text($"{labelled} predictions have a label; {options.RolloutMinimumLabelled} of each version are needed."),
                evidence
            )
            : (
                GateVerdict.Pass,
                Text($"No harm seen in the first {rows} predictions of the new version.")
                    + (isCompared ? string.Empty : " What they say was not compared: they have neither scores nor classes."),
                evidence
            );
    }

    private static void CompareMissing(
        ScoredRow[] first,
        ScoredRow[] second,
        double alpha,
        List<GateEvidence> evidence,
        List<string> failures
    )
    {
        var missing1 = first.Count(r => double.IsNaN(r.Score));
        var missing2 = second.Count(r => double.IsNaN(r.Score));
        var test = Proportions.TwoProportionZ(missing1, first.Length, missing2, second.Length);
        var (share1, share2) = ((double)missing1 / first.Length, (double)missing2 / second.Length);
        evidence.Add(
            new("nanShare", first.Length)
            {
                Candidate = share1,
                Baseline = share2,
                Estimate = share2 - share1,
                Level = 1 - alpha,
                Threshold = -NaNMargin,
            }
        );
        if (share1 - share2 > NaNMargin && Tails.NormalUpper(test.Statistic) <= alpha)
        {
            failures.Add(Text($"{share1:P1} of the new version's predictions have no score, against {share2:P1}."));
        }
    }

    /// <returns>False without scores.</returns>
    private bool CompareScores(ScoredRow[] first, ScoredRow[] second, double alpha, List<GateEvidence> evidence, List<string> failures)
    {
        double[] scores2 = [.. second.Select(r => r.Score).Where(s => !double.IsNaN(s))];
        Array.Sort(scores2);
        var (edges, _) = ReferenceEdges.Choose(scores2);
        var fine1 = Count(edges, first);
        var fine2 = Count(edges, second);
        if (fine1.Finite == 0 || fine2.Finite == 0)
        {
            return false; // The share of missing scores speaks for itself.
        }

        var ends = ReferenceEdges.EqualMass(fine2.Counts, 10);
        var groups1 = Group(fine1.Counts, ends);
        var groups2 = Group(fine2.Counts, ends);
        var psi = CountDistances.Psi(groups2, groups1);
        var threshold = options.RolloutScorePsi + CountDistances.PsiNullMean(ends.Length, fine1.Finite, fine2.Finite);
        var ks = CountDistances.KolmogorovSmirnov(fine2.Counts, fine1.Counts);
        evidence.Add(
            new("scorePsi", fine1.Finite)
            {
                Estimate = psi,
                Level = 1 - alpha,
                Threshold = threshold,
            }
        );
        evidence.Add(new("scoreKs", fine1.Finite) { Estimate = ks.Statistic, Level = 1 - alpha });
        if (psi >= threshold && ks.PValue <= alpha)
        {
            failures.Add(Text($"The scores differ too much: stability index {psi:F3} against {threshold:F3}."));
        }

        return true;
    }

    /// <summary>For models that say a class and no score.</summary>
    /// <returns>False without classes.</returns>
    private bool CompareClasses(ScoredRow[] first, ScoredRow[] second, double alpha, List<GateEvidence> evidence, List<string> failures)
    {
        var classes = first.Concat(second).Select(r => r.Class).Where(c => c >= 0).Distinct().Order().ToList();
        var (counts1, counts2) = (CountClasses(classes, first), CountClasses(classes, second));
        var (n1, n2) = (counts1.Sum(), counts2.Sum());
        if (n1 == 0 || n2 == 0)
        {
            return false;
        }

        var psi = CountDistances.Psi(counts2, counts1);
        var threshold = options.RolloutScorePsi + CountDistances.PsiNullMean(classes.Count, n1, n2);
        evidence.Add(
            new("classPsi", n1)
            {
                Estimate = psi,
                Level = 1 - alpha,
                Threshold = threshold,
            }
        );
        if (psi >= threshold && CountDistances.ChiSquareHomogeneity(counts2, counts1).PValue <= alpha)
        {
            failures.Add(Text($"The classes differ too much: stability index {psi:F3} against {threshold:F3}."));
        }

        return true;
    }

    private static long[] CountClasses(List<int> classes, ScoredRow[] rows)
    {
        var counts = rows.CountBy(r => r.Class).ToDictionary();
        return [.. classes.Select(c => (long)counts.GetValueOrDefault(c))];
    }

    /// <returns>The labelled predictions of the version that has fewer.</returns>
    private long CompareAuc(ScoredRow[] first, ScoredRow[] second, double alpha, List<GateEvidence> evidence, List<string> failures)
    {
        var auc1 = BinaryMetrics.Auc([.. first.Select(r => r.Label)], [.. first.Select(r => r.Score)]);
        var auc2 = BinaryMetrics.Auc([.. second.Select(r => r.Label)], [.. second.Select(r => r.Score)]);
        var labelled = Math.Min(auc1.Positives + auc1.Negatives, auc2.Positives + auc2.Negatives);
        if (labelled < options.RolloutMinimumRows || double.IsNaN(auc1.StandardError) || double.IsNaN(auc2.StandardError))
        {
            return labelled; // Labels come late; without them this check neither passes nor fails.
        }

        // Different rows on both sides, so the variances add up.
        var error = Math.Sqrt((auc1.StandardError * auc1.StandardError) + (auc2.StandardError * auc2.StandardError));
        var difference = auc1.Value - auc2.Value;
        var half = MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 1 - alpha) * error;
        evidence.Add(
            new("auc", labelled)
            {
                Candidate = auc1.Value,
                Baseline = auc2.Value,
                Estimate = difference,
                Low = difference - half,
                High = difference + half,
                Level = 1 - (2 * alpha),
                Threshold = -options.RolloutAucMargin,
            }
        );
        if (difference + half < -options.RolloutAucMargin)
        {
            failures.Add(Text($"AUC {auc1.Value:F4} is worse than {auc2.Value:F4} by more than {options.RolloutAucMargin}."));
        }

        return labelled;
    }

    private static EdgeCounts Count(double[] edges, ScoredRow[] rows)
    {
        var counts = new EdgeCounts(edges);
        foreach (var row in rows)
        {
            counts.Add(row.Score);
        }

        return counts;
    }

    private static long[] Group(ReadOnlySpan<long> counts, int[] ends)
    {
        var groups = new long[ends.Length];
        var bin = 0;
        for (var g = 0; g < ends.Length; g++)
        {
            for (; bin < ends[g]; bin++)
            {
                groups[g] += counts[bin];
            }
        }

        return groups;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
