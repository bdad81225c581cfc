using System.Text.Json.Nodes;

namespace MlPlatform.Core;

/// <summary>The champion gate: is a candidate's AUC not worse than the champion's, or better by so much, on the same rows?</summary>
/// <remarks>
/// Both models score the same labelled rows; rows are resampled in pairs (Efron's percentile bootstrap, seeded), and the verdict rests on one-sided
/// bounds of the difference: Pass when the lower bound is at or above the required gain, Fail when the upper bound is below it, else
/// Inconclusive, which never promotes. Thread-safe.
/// </remarks>
public sealed record ChampionComparison
{
    /// <summary>The gain the candidate must show: 0.01 asks for better by 0.01, -0.002 for not worse than by 0.002. Default: -0.002. Range: -1 to 1.</summary>
    public double RequiredGain { get; init; } = -0.002;

    /// <summary>The confidence of each one-sided bound. Default: 0.95. Range: above 0.5, below 1.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Fewer rows than this, or fewer than a tenth of it of either class, are Inconclusive. Default: 500.</summary>
    public int MinimumRows { get; init; } = 500;

    /// <summary>What the candidate must reach when there is no champion yet. Default: 0.5, which is chance.</summary>
    public double MinimumAuc { get; init; } = 0.5;

    /// <summary>How many bootstrap samples. Default: 500.</summary>
    public int Resamples { get; init; } = 500;

    /// <summary>The seed of the resampling, recorded with the result. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Judges a candidate.</summary>
    /// <param name="subject">The candidate.</param>
    /// <param name="baseline">The champion; null when there is none.</param>
    /// <param name="labels">True for the positive class.</param>
    /// <param name="candidate">The candidate's score of each row.</param>
    /// <param name="champion">The champion's score of each row; empty when there is none.</param>
    /// <param name="at">Platform time.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a score is NaN.</exception>
    public GateResult Judge(
        AssetRef subject,
        AssetRef? baseline,
        ReadOnlySpan<bool> labels,
        ReadOnlySpan<float> candidate,
        ReadOnlySpan<float> champion,
        DateTimeOffset at
    )
    {
        Validate();
        var n = labels.Length;
        var positives = labels.Count(true);
        var few = n < MinimumRows || Math.Min(positives, n - positives) < Math.Max(1, MinimumRows / 10);
        var auc = new RocAuc.Ranking(labels, candidate);
        var baselineAuc = baseline is null ? null : new RocAuc.Ranking(labels, champion);
        var differences = Resample(auc, baselineAuc, n);
        var (low, high) = (Quantile(differences, 1 - Confidence), Quantile(differences, Confidence));
        var ones = new int[n];
        Array.Fill(ones, 1);
        var (candidateValue, baselineValue) = (auc.Auc(ones), baselineAuc?.Auc(ones));
        var threshold = baseline is null ? MinimumAuc : RequiredGain;
        var verdict =
            few || double.IsNaN(low) ? GateVerdict.Inconclusive
            : low >= threshold ? GateVerdict.Pass
            : high < threshold ? GateVerdict.Fail
            : GateVerdict.Inconclusive;
        var evidence = new GateEvidence("auc", n)
        {
            Candidate = Finite(candidateValue),
            Baseline = Finite(baselineValue),
            Estimate = Finite(baselineValue is { } b ? candidateValue - b : candidateValue),
            Low = Finite(low),
            High = Finite(high),
            Level = Confidence,
            Threshold = threshold,
        };
        return new("champion", subject, verdict, Explain(verdict, few, evidence, positives), at)
        {
            Baseline = baseline,
            Evidence = [evidence],
            PolicyHash = PolicyHash(),
            Seed = Seed,
        };
    }

    private void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Resamples, 100);
        if (Confidence is not (> 0.5 and < 1))
        {
            throw new InvalidOperationException($"{nameof(Confidence)} is {Confidence}; it must lie between 0.5 and 1.");
        }
    }

    private double[] Resample(RocAuc.Ranking candidate, RocAuc.Ranking? champion, int n)
    {
        var random = new Random(Seed);
        var weights = new int[n];
        var differences = new double[Resamples];
        for (var r = 0; r < Resamples; r++)
        {
            Array.Clear(weights);
            for (var i = 0; i < n; i++)
            {
                weights[random.Next(n)]++;
            }

            differences[r] = candidate.Auc(weights) - (champion?.Auc(weights) ?? 0);
        }

        Array.Sort(differences);
        return differences;
    }

    /// <summary>Linear interpolation between order statistics (type 7). NaN sorts first, so any NaN makes the lower bound NaN: too few rows of a class.</summary>
    private static double Quantile(double[] sorted, double p)
    {
        if (double.IsNaN(sorted[0]))
        {
            return double.NaN;
        }

        var h = (sorted.Length - 1) * p;
        var below = (int)h;
        return below == sorted.Length - 1 ? sorted[below] : sorted[below] + ((h - below) * (sorted[below + 1] - sorted[below]));
    }

    private static string Explain(GateVerdict verdict, bool few, GateEvidence e, int positives)
    {
        if (few)
        {
            return FormattableString.Invariant($"Too little to judge: {e.N} rows, {positives} of them positive.");
        }

        var what = e.Baseline is null ? "AUC" : "AUC difference to the champion";
        var bounds = FormattableString.Invariant($"{what} {e.Estimate:0.0000} with {e.Level:P0} one-sided bounds {e.Low:0.0000} and {e.High:0.0000}");
        return FormattableString.Invariant(
            $"{bounds}; {(verdict == GateVerdict.Pass ? "at least" : verdict == GateVerdict.Fail ? "below" : "undecided about")} the required {e.Threshold:0.0000}."
        );
    }

    private string PolicyHash() =>
        CanonicalJson
            .Digest(
                new JsonObject
                {
                    ["gate"] = "champion",
                    ["requiredGain"] = RequiredGain,
                    ["confidence"] = Confidence,
                    ["minimumRows"] = MinimumRows,
                    ["minimumAuc"] = MinimumAuc,
                    ["resamples"] = Resamples,
                    ["seed"] = Seed,
                }
            )
            .ToString();

    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;
}
