using System.Globalization;
using System.Text.Json.Nodes;

namespace MlPlatform.Core;

/// <summary>The gate that compares a candidate with the champion by area under the ROC curve, on the same rows, with a paired bootstrap.</summary>
/// <remarks>
/// With difference d = candidate - champion and threshold t (minus the margin, or the required gain): Pass if the one-sided lower bound of d is at
/// least t, Fail if the upper bound is below t, else Inconclusive. A slice fails the gate when harm beyond t is shown there after Holm's
/// adjustment; only <see cref="NotWorse"/> judges slices by its own margin, <see cref="Better"/> asks that no slice be worse than before.
/// Immutable and thread-safe.
/// </remarks>
public sealed record ChampionComparison
{
    private const string OtherSlice = "other";

    private ChampionComparison(double threshold, double confidence)
    {
        Threshold = threshold;
        Confidence = confidence;
    }

    /// <summary>What the difference is held against: minus the margin, or the required gain.</summary>
    public double Threshold { get; }

    /// <summary>The confidence of each one-sided bound.</summary>
    public double Confidence { get; }

    /// <summary>Fewer complete rows, in all or in a required slice, are Inconclusive. Default: 500.</summary>
    public int MinimumRows { get; init; } = 500;

    /// <summary>How many bootstrap resamples. Default: 500; at least 100.</summary>
    public int Resamples { get; init; } = 500;

    /// <summary>The seed, recorded in the result. Default: 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The area that a candidate must show at least when there is no champion; null (the default) leaves that Inconclusive.</summary>
    public double? AbsoluteMinimum { get; init; }

    /// <summary>Slices that must have <see cref="MinimumRows"/>; others that are smaller are pooled as <c>other</c>.</summary>
    public IReadOnlyCollection<string> RequiredSlices { get; init; } = [];

    /// <summary>The candidate must not be worse by more than a margin.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The margin is negative or the confidence outside .5 to 1.</exception>
    public static ChampionComparison NotWorse(double margin, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(margin);
        return new(-margin, Checked(confidence));
    }

    /// <summary>The candidate must be better by at least so much.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The gain is negative or the confidence outside .5 to 1.</exception>
    public static ChampionComparison Better(double by, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(by);
        return new(by, Checked(confidence));
    }

    /// <summary>Judges a candidate.</summary>
    /// <param name="candidate">What is judged.</param>
    /// <param name="champion">What it is compared with; null when there is none yet.</param>
    /// <param name="labels">A label above one half is positive.</param>
    /// <param name="candidateScores">The candidate's scores of the same rows.</param>
    /// <param name="championScores">The champion's scores of the same rows; empty when there is no champion.</param>
    /// <param name="at">The time of the result, platform time.</param>
    /// <param name="slices">The slice of each row, null for none; empty when there are no slices.</param>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public GateResult Evaluate(
        AssetRef candidate,
        AssetRef? champion,
        ReadOnlySpan<double> labels,
        ReadOnlySpan<double> candidateScores,
        ReadOnlySpan<double> championScores,
        DateTimeOffset at,
        ReadOnlySpan<string?> slices = default
    )
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (!slices.IsEmpty && slices.Length != labels.Length)
        {
            throw new ArgumentException($"{slices.Length} slices do not go with {labels.Length} rows.", nameof(slices));
        }

        var result = champion is null
            ? EvaluateAlone(candidate, labels, candidateScores, at)
            : EvaluatePair(candidate, champion, labels, candidateScores, championScores, at, slices);
        return result with { Baseline = champion, PolicyHash = PolicyHash() };
    }

    private GateResult EvaluateAlone(AssetRef candidate, ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, DateTimeOffset at)
    {
        var auc = BinaryMetrics.Auc(labels, scores);
        var n = auc.Positives + auc.Negatives;
        var interval = auc.Interval((2 * Confidence) - 1);
        var evidence = new GateEvidence("auc", n)
        {
            Candidate = Finite(auc.Value),
            Estimate = Finite(auc.Value),
            Low = Finite(interval.Low),
            High = Finite(interval.High),
            Level = interval.Level,
            Threshold = AbsoluteMinimum,
        };
        var (verdict, reason) = (AbsoluteMinimum, n < MinimumRows || double.IsNaN(auc.StandardError)) switch
        {
            (null, _) => (GateVerdict.Inconclusive, "There is no champion and no absolute minimum to hold the candidate against."),
            (_, true) => (GateVerdict.Inconclusive, TooFew(n, null)),
            ({ } minimum, _) when interval.Low >= minimum => (GateVerdict.Pass, Text($"AUC {auc.Value:F4} is at least {minimum:F4}.")),
            ({ } minimum, _) when interval.High < minimum => (GateVerdict.Fail, Text($"AUC {auc.Value:F4} is below {minimum:F4}.")),
            ({ } minimum, _) => (GateVerdict.Inconclusive, Text($"AUC {auc.Value:F4} is too close to {minimum:F4} for {n} rows.")),
        };
        return new("champion", candidate, verdict, reason, at) { Evidence = [evidence] };
    }

    private GateResult EvaluatePair(
        AssetRef candidate,
        AssetRef champion,
        ReadOnlySpan<double> labels,
        ReadOnlySpan<double> candidateScores,
        ReadOnlySpan<double> championScores,
        DateTimeOffset at,
        ReadOnlySpan<string?> slices
    )
    {
        var all = Compare(labels, candidateScores, championScores);
        var evidence = new List<GateEvidence> { Describe(all, null, Threshold) };
        var (verdict, reason) = Judge(all);
        foreach (var (name, difference, harm) in CompareSlices(labels, candidateScores, championScores, slices))
        {
            evidence.Add(Describe(difference, name, Math.Min(Threshold, 0)));
            if (harm <= 1 - Confidence)
            {
                verdict = GateVerdict.Fail;
                reason = Text($"Slice '{name}' is worse than {champion} by {-difference.Estimate:F4}.");
            }
            else if (verdict == GateVerdict.Pass && double.IsNaN(harm) && RequiredSlices.Contains(name, StringComparer.Ordinal))
            {
                verdict = GateVerdict.Inconclusive;
                reason = TooFew(difference.Rows, name);
            }
        }

        return new("champion", candidate, verdict, reason, at) { Evidence = evidence, Seed = Seed };
    }

    private (GateVerdict Verdict, string Reason) Judge(BootstrapDifference all)
    {
        if (all.Rows < MinimumRows || all.Resampled.Count < Resamples / 2)
        {
            return (GateVerdict.Inconclusive, TooFew(all.Rows, null));
        }

        var low = all.Quantile(1 - Confidence);
        var high = all.Quantile(Confidence);
        var bounds = Text($"the difference is {all.Estimate:F4} [{low:F4}, {high:F4}] against {Threshold:F4}");
        return low >= Threshold ? (GateVerdict.Pass, $"Good enough: {bounds}.")
            : high < Threshold ? (GateVerdict.Fail, $"Not good enough: {bounds}.")
            : (GateVerdict.Inconclusive, $"The rows do not decide: {bounds}.");
    }

    /// <summary>Each slice with its difference and the adjusted p-value of "no harm beyond the margin"; NaN where rows are too few.</summary>
    private List<(string Name, BootstrapDifference Difference, double Harm)> CompareSlices(
        ReadOnlySpan<double> labels,
        ReadOnlySpan<double> candidateScores,
        ReadOnlySpan<double> championScores,
        ReadOnlySpan<string?> slices
    )
    {
        var rows = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var name in RequiredSlices)
        {
            rows[name] = [];
        }

        for (var i = 0; i < slices.Length; i++)
        {
            if (slices[i] is { } name)
            {
                (rows.TryGetValue(name, out var list) ? list : rows[name] = []).Add(i);
            }
        }

        var small = rows.Where(s => s.Value.Count < MinimumRows && !RequiredSlices.Contains(s.Key, StringComparer.Ordinal)).ToArray();
        if (small.Length > 0)
        {
            var pooled = rows.TryGetValue(OtherSlice, out var other) && other.Count >= MinimumRows ? other : [];
            foreach (var slice in small)
            {
                rows.Remove(slice.Key);
                pooled.AddRange(slice.Value);
            }

            rows[OtherSlice] = pooled;
        }

        var compared = new List<(string Name, BootstrapDifference Difference)>();
        var harm = new List<double>();
        foreach (var (name, list) in rows)
        {
            var difference = Compare(Pick(labels, list), Pick(candidateScores, list), Pick(championScores, list));
            compared.Add((name, difference));
            var enough = difference.Rows >= MinimumRows && difference.Resampled.Count >= Resamples / 2;
            harm.Add(enough ? HarmPValue(difference) : double.NaN);
        }

        var adjusted = MultipleTests.Holm([.. harm]);
        return [.. compared.Select((c, i) => (c.Name, c.Difference, adjusted[i]))];
    }

    // Normal with the bootstrap's standard error: percentiles of 500 resamples are too coarse for adjusted levels.
    private double HarmPValue(BootstrapDifference difference)
    {
        var distance = Math.Min(Threshold, 0) - difference.Estimate;
        return difference.StandardError > 0 ? Tails.NormalUpper(distance / difference.StandardError)
            : distance > 0 ? 0
            : 1;
    }

    private BootstrapDifference Compare(ReadOnlySpan<double> labels, ReadOnlySpan<double> candidate, ReadOnlySpan<double> champion) =>
        PairedBootstrap.AucDifference(labels, candidate, champion, Resamples, Seed);

    private GateEvidence Describe(BootstrapDifference difference, string? slice, double threshold) =>
        new("auc", difference.Rows)
        {
            Slice = slice,
            Candidate = Finite(difference.First),
            Baseline = Finite(difference.Second),
            Estimate = Finite(difference.Estimate),
            Low = Finite(difference.Quantile(1 - Confidence)),
            High = Finite(difference.Quantile(Confidence)),
            Level = (2 * Confidence) - 1,
            Threshold = threshold,
        };

    private string PolicyHash() =>
        ArtifactDigest
            .Of(
                CanonicalJson.Serialize(
                    new JsonObject
                    {
                        ["gate"] = "champion/auc",
                        ["threshold"] = Threshold,
                        ["confidence"] = Confidence,
                        ["minimumRows"] = MinimumRows,
                        ["resamples"] = Resamples,
                        ["seed"] = Seed,
                        ["absoluteMinimum"] = AbsoluteMinimum,
                        ["slices"] = new JsonArray([.. RequiredSlices.Order(StringComparer.Ordinal).Select(s => (JsonNode)s)]),
                    }
                )
            )
            .ToString();

    private string TooFew(long n, string? slice) =>
        Text(
            $"{n} rows{(slice is null ? string.Empty : $" in slice '{slice}'")} with both classes are too few to judge; {MinimumRows} are needed."
        );

    private static double[] Pick(ReadOnlySpan<double> values, List<int> rows)
    {
        var picked = new double[rows.Count];
        for (var i = 0; i < picked.Length; i++)
        {
            picked[i] = values[rows[i]];
        }

        return picked;
    }

    private static double Checked(double confidence) =>
        confidence is > 0.5 and < 1
            ? confidence
            : throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "The confidence lies between .5 and 1, both excluded.");

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
