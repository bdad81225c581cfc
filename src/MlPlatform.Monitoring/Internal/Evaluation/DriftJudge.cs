namespace MlPlatform.Monitoring.Internal;

/// <summary>Compares a window with the reference profile, column by column; see readme.md in this folder for the rule.</summary>
internal sealed class DriftJudge(MonitorOptions options)
{
    private readonly List<MonitorStatistic> statistics = [];

    public static IReadOnlyList<MonitorStatistic> Judge(PaneSketch pane, MonitorOptions options)
    {
        var judge = new DriftJudge(options);
        judge.Compare(pane);
        return judge.Finish();
    }

    private void Compare(PaneSketch pane)
    {
        for (var i = 0; i < pane.Numeric.Length; i++)
        {
            if (pane.Shape.Numeric[i] is { } profile && IsWatched(profile.Name))
            {
                CompareNumeric(profile, pane.Numeric[i], pane.Moments[i]);
            }
        }

        for (var i = 0; i < pane.Categories.Length; i++)
        {
            if (pane.Shape.Categories[i] is { } profile && IsWatched(profile.Name))
            {
                CompareCategories(profile, pane.Categories[i]);
            }
        }

        if (pane.Shape.Profile?.Scores is { } scores && IsWatched(ReferenceProfile.ScoreColumn))
        {
            CompareNumeric(scores, pane.Scores, pane.ScoreMoments);
        }
    }

    private void CompareNumeric(NumericProfile profile, EdgeCounts current, MomentsSketch moments)
    {
        long n = profile.Finite,
            m = current.Finite;
        var psi = CountDistances.Psi(profile.ToGroups(profile.Counts), profile.ToGroups(current.Counts));
        var null1 = CountDistances.PsiNullMean(profile.Groups, n, m);
        var ks = CountDistances.KolmogorovSmirnov(profile.Counts, current.Counts);
        Add(profile.Name, "psi", psi, options.PsiWarning + null1, options.PsiDrift + null1, null1, ks.PValue, n, m);

        var (shift, p) = MeanShift(profile.Moments, moments);
        var null2 = Math.Sqrt(2 / Math.PI * ((1.0 / n) + (1.0 / m)));
        Add(profile.Name, "meanShift", shift, options.MeanShiftWarning + null2, options.MeanShiftDrift + null2, null2, p, n, m);

        long total = profile.Finite + profile.Missing + profile.Infinite;
        AddRate(profile.Name, "missing", profile.Missing, total, current.Missing, current.Total);
        AddRate(profile.Name, "infinite", profile.Infinite, total, current.Infinite, current.Total);
        if (profile.Finite > 0)
        {
            AddOutOfRange(profile, current.Below + current.Above, m);
        }
    }

    private void CompareCategories(CategoryProfile profile, CategoryCounts current)
    {
        var top = profile.Top;
        var reference = new long[top.Count + 1];
        var now = new long[top.Count + 1];
        for (var i = 0; i < top.Count; i++)
        {
            reference[i] = top[i].Count;
            now[i] = current.Counts.GetValueOrDefault(top[i].Hash);
        }

        reference[^1] = profile.Other;
        long m = current.Total - current.Missing;
        now[^1] = m - now.Sum();
        var n = profile.Present;
        var bins = reference.Zip(now).Count(c => c.First + c.Second > 0);
        var distance = CountDistances.JensenShannon(reference, now);
        var nullDivergence = CountDistances.PsiNullMean(bins, n, m) / 8;
        var p = CountDistances.ChiSquareHomogeneity(reference, now).PValue;
        Add(
            profile.Name,
            "jensenShannon",
            distance,
            Math.Sqrt((options.JensenShannonWarning * options.JensenShannonWarning) + nullDivergence),
            Math.Sqrt((options.JensenShannonDrift * options.JensenShannonDrift) + nullDivergence),
            Math.Sqrt(nullDivergence),
            p,
            n,
            m
        );

        AddRate(profile.Name, "missing", profile.Missing, n + profile.Missing, current.Missing, current.Total);
        if (profile.Complete && n > 0)
        {
            // Categories that found no room were not among the tracked ones; with a long known tail some may be known, so the tail decides.
            var unseen = current.Counts.Where(c => !profile.Knows(c.Key)).Sum(c => c.Value) + (profile.Other == 0 ? current.Other : 0);
            AddRate(profile.Name, "unseen", profile.Singletons, n, unseen, m);
        }
    }

    /// <summary>Difference of means in standard deviations of the reference, with Welch's test.</summary>
    private static (double Shift, double PValue) MeanShift(MomentsSketch reference, MomentsSketch current)
    {
        if (reference.Count < 2 || current.Count < 2)
        {
            return (double.NaN, double.NaN);
        }

        var difference = Math.Abs(current.Mean - reference.Mean);
        if (difference == 0)
        {
            return (0, 1);
        }

        var a = reference.Variance / (reference.Count - 1);
        var b = current.Variance / (current.Count - 1);
        var shift = difference / Math.Sqrt(reference.Variance); // A constant reference: any other value is infinitely far.
        if (a + b == 0)
        {
            return (shift, 0);
        }

        var degrees = (a + b) * (a + b) / ((a * a / (reference.Count - 1)) + (b * b / (current.Count - 1)));
        return (shift, Tails.StudentTwoSided(difference / Math.Sqrt(a + b), degrees));
    }

    private void AddOutOfRange(NumericProfile profile, long outside, long rows)
    {
        // The reference lies within its own range, so even without any change a share of 2/(n+1) falls outside on average.
        var nullMean = 2.0 / (profile.Finite + 1);
        Add(
            profile.Name,
            "outOfRange",
            rows == 0 ? double.NaN : (double)outside / rows,
            options.RateWarning + nullMean,
            options.RateDrift + nullMean,
            nullMean,
            Proportions.OutsideRangePValue(outside, rows, profile.Finite),
            profile.Finite,
            rows,
            MonitorKind.DataQuality
        );
    }

    private void AddRate(string column, string method, long count1, long total1, long count2, long total2)
    {
        var difference = total1 == 0 || total2 == 0 ? double.NaN : Math.Abs(((double)count2 / total2) - ((double)count1 / total1));

        // Nothing on either side is no test at all, and must not cost the others their significance.
        var p = count1 + count2 == 0 ? double.NaN : Proportions.TwoProportionZ(count2, total2, count1, total1).PValue;
        var pooled = (count1 + count2) / Math.Max(1.0, total1 + total2);
        var nullMean = double.IsNaN(difference) ? 0 : Math.Sqrt(2 / Math.PI * pooled * (1 - pooled) * ((1.0 / total1) + (1.0 / total2)));
        Add(
            column,
            method,
            difference,
            options.RateWarning + nullMean,
            options.RateDrift + nullMean,
            nullMean,
            p,
            total1,
            total2,
            MonitorKind.DataQuality
        );
    }

    private void Add(
        string column,
        string method,
        double value,
        double warning,
        double drift,
        double nullMean,
        double p,
        long n,
        long m,
        MonitorKind kind = MonitorKind.Drift
    )
    {
        var minimum = kind == MonitorKind.Drift ? options.MinimumRows : options.MinimumRateRows;
        var enough = Math.Min(n, m) >= minimum;
        statistics.Add(
            new(
                column,
                kind,
                method,
                value,
                enough ? MonitorState.Ok : MonitorState.Inconclusive,
                enough ? "as the reference" : $"fewer than {minimum} rows on a side"
            )
            {
                WarningThreshold = warning,
                Threshold = drift,
                NullMean = nullMean,
                PValue = enough ? p : double.NaN, // Not judged, so not a test that others pay for.
                ReferenceRows = n,
                CurrentRows = m,
            }
        );
    }

    private IReadOnlyList<MonitorStatistic> Finish()
    {
        var adjusted = MultipleTests.BenjaminiHochberg([.. statistics.Select(s => s.PValue)]);
        return [.. statistics.Select((s, i) => Decide(s with { AdjustedPValue = adjusted[i] }))];
    }

    private MonitorStatistic Decide(MonitorStatistic statistic)
    {
        if (statistic.State == MonitorState.Inconclusive || !(statistic.Value >= statistic.WarningThreshold))
        {
            return statistic;
        }

        if (!(statistic.AdjustedPValue <= options.Significance))
        {
            return statistic with { Reason = "an effect that chance may give" };
        }

        return statistic.Value >= statistic.Threshold
            ? statistic with
            {
                State = MonitorState.Drifted,
                Reason = "beyond the threshold, and not by chance",
            }
            : statistic with
            {
                State = MonitorState.Warning,
                Reason = "beyond the warning threshold, and not by chance",
            };
    }

    private bool IsWatched(string column) => options.Columns is null || options.Columns.Contains(column, StringComparer.Ordinal);
}
