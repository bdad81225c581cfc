using System.Globalization;
using Spectre.Console;

namespace FlightDelay;

/// <summary>What a person reads at the end.</summary>
internal static class EndTables
{
    public static void Print(Summary summary, string algorithm, string report)
    {
        var versions = new Table().Title($"flight-delay, {algorithm}").AddColumns("version", "made", "AUC held out", "became", "why");
        foreach (var v in summary.Versions)
        {
            var color = v.Status switch
            {
                "promoted" => "green",
                "refused" or "rolled back" => "red",
                _ => "yellow",
            };
            versions.AddRow($"v{v.Version}", Date(v.At), Number(v.Auc, "0.0000"), $"[{color}]{v.Status}[/]", Markup.Escape(v.Reason));
        }

        AnsiConsole.Write(versions);
        if (summary.Alerts.Count > 0)
        {
            var alerts = new Table().Title("alerts").AddColumns("opened", "monitor", "column", "verdict");
            foreach (var a in summary.Alerts)
            {
                alerts.AddRow(Date(a.At), Markup.Escape(a.Monitor), Markup.Escape(a.Column), Markup.Escape(a.Verdict));
            }

            AnsiConsole.Write(alerts);
        }

        var facts = new Table().Title("in use").HideHeaders().AddColumns("what", "value");
        facts.AddRow("champion", $"v{summary.Champion}");
        foreach (var (month, auc) in summary.Auc)
        {
            facts.AddRow($"AUC {month}", Number(auc, "0.0000"));
        }

        facts.AddRow("predictions", Number(summary.Predictions, "N0"));
        facts.AddRow("labels joined", Number(summary.LabelsJoined, "N0"));
        facts.AddRow("retrains", Number(summary.Retrains, "N0"));
        AnsiConsole.Write(facts);

        var time = new Table().Title("where the time went").HideHeaders().AddColumns("what", "seconds");
        foreach (var (what, seconds) in summary.Time)
        {
            time.AddRow(what, Number(seconds, "0.0"));
        }

        time.AddRow("[bold]in all[/]", $"[bold]{Number(summary.ElapsedSeconds, "0.0")}[/]");
        AnsiConsole.Write(time);
        AnsiConsole.MarkupLineInterpolated($"charts: {report}");
    }

    private static string Date(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Number(double value, string format) =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "–";
}
