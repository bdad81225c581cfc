using System.Globalization;

namespace MlPlatform.Monitoring.Internal;

/// <summary>Sums statistics and performance up to one verdict for each kind.</summary>
internal static class VerdictMaker
{
    public static MonitorVerdict OfColumns(MonitorKind kind, IReadOnlyList<MonitorStatistic> all, long rows, bool hasProfile)
    {
        var statistics = all.Where(s => s.Kind == kind).ToArray();
        if (rows == 0)
        {
            return Inconclusive(kind, "There were no predictions in the window.");
        }

        if (statistics.Length == 0)
        {
            return Inconclusive(
                kind,
                hasProfile ? "No watched column has a reference." : "The model version came without a reference profile."
            );
        }

        var state = statistics.Max(s => s.State);
        if (state <= MonitorState.Ok)
        {
            return state == MonitorState.Inconclusive
                ? Inconclusive(kind, $"Too few rows: {statistics[0].Reason}.")
                : new(kind, MonitorState.Ok, "No column differs from the reference beyond its threshold.", []);
        }

        string[] columns = [.. statistics.Where(s => s.State == state).Select(s => s.Column).Distinct(StringComparer.Ordinal)];
        var worst = statistics.Where(s => s.State == state).MaxBy(s => s.Value / s.Threshold)!;
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"{columns.Length} column(s) differ; the most: '{worst.Column}', {worst.Method} {worst.Value:G4} against {(state == MonitorState.Drifted ? worst.Threshold : worst.WarningThreshold):G4}."
        );
        return new(kind, state, reason, columns);
    }

    public static bool IsDatasetDrift(IReadOnlyList<MonitorStatistic> all, double share)
    {
        var columns = all.Where(s => s.Kind == MonitorKind.Drift && s.State != MonitorState.Inconclusive)
            .GroupBy(s => s.Column, StringComparer.Ordinal)
            .Select(g => g.Any(s => s.State == MonitorState.Drifted))
            .ToArray();
        return columns.Length > 0 && columns.Count(d => d) >= share * columns.Length;
    }

    public static MonitorVerdict OfPerformance(PerformanceReport? report, double? referenceAuc, MonitorOptions options, bool matured)
    {
        var verdict = Judge(report, referenceAuc, options);
        return verdict with { Provisional = !matured };
    }

    private static MonitorVerdict Judge(PerformanceReport? report, double? referenceAuc, MonitorOptions options)
    {
        const MonitorKind Kind = MonitorKind.Performance;
        if (report is null || report.Predictions == 0)
        {
            return Inconclusive(Kind, "There were no predictions in the window.");
        }

        var usable = report.Labelled - report.Unscored;
        if (usable < options.MinimumLabelled)
        {
            return Inconclusive(Kind, Text($"{usable} labelled predictions; {options.MinimumLabelled} are needed."));
        }

        // One-sided 95 %: the upper end of a two-sided 90 % interval.
        var upper = report.Auc + (1.6448536269514722 * report.AucStandardError);
        if (referenceAuc is { } reference && upper < reference - options.AucMargin)
        {
            return new(
                Kind,
                MonitorState.Drifted,
                Text($"AUC {report.Auc:F4} is below the reference {reference:F4} by more than {options.AucMargin}, and not by chance."),
                []
            );
        }

        var bias = report.MeanPredicted - report.MeanObserved;
        var error = Math.Sqrt(report.MeanObserved * (1 - report.MeanObserved) / usable);
        var probabilities = !double.IsNaN(report.LogLoss);
        if (probabilities && Math.Abs(bias) > options.CalibrationMargin && (error == 0 || Tails.NormalTwoSided(bias / error) <= 0.01))
        {
            return new(
                Kind,
                MonitorState.Drifted,
                Text($"The mean prediction {report.MeanPredicted:F4} is off the mean label {report.MeanObserved:F4}, and not by chance."),
                []
            );
        }

        return referenceAuc is null ? Inconclusive(Kind, Text($"AUC {report.Auc:F4}, but there is no reference to hold it against."))
            : double.IsNaN(report.Auc) ? Inconclusive(Kind, "All labels are of one class.")
            : report.Auc < referenceAuc - options.AucMargin
                ? new(
                    Kind,
                    MonitorState.Warning,
                    Text($"AUC {report.Auc:F4} is below the reference {referenceAuc:F4}, but chance may give that."),
                    []
                )
            : new(Kind, MonitorState.Ok, Text($"AUC {report.Auc:F4} holds against the reference {referenceAuc:F4}."), []);
    }

    private static MonitorVerdict Inconclusive(MonitorKind kind, string reason) => new(kind, MonitorState.Inconclusive, reason, []);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
