using System.Globalization;
using System.Net;
using System.Text;

namespace FlightDelay;

/// <summary>One HTML page that needs nothing else: the story of the replay in tables and charts.</summary>
internal static class Report
{
    private const string Style = """
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
        h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
        .facts { display: flex; flex-wrap: wrap; gap: 1rem; margin: 1.2rem 0; }
        .facts div { background: #f3f5f8; border-radius: .5rem; padding: .6rem 1rem; min-width: 8rem; }
        .facts b { display: block; font-size: 1.35rem; }
        table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #e3e6ea; vertical-align: top; }
        td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; } svg { width: 100%; height: auto; }
        .promoted { color: #1a7f37; } .refused, .rolled { color: #c1272d; } .muted { color: #667; }
        .legend span { margin-right: 1.2rem; } .legend i { display: inline-block; width: .8rem; height: .8rem; margin-right: .4rem; border-radius: 50%; }
        """;

    public static async Task WriteAsync(string path, Summary summary, string subtitle, CancellationToken cancellationToken)
    {
        var page = new StringBuilder();
        page.Append(
                "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
            )
            .Append("<title>Flight delay</title><style>")
            .Append(Style)
            .Append("</style></head><body><h1>Flight delay</h1><p class=\"muted\">")
            .Append(Text(subtitle))
            .Append("</p>");
        AddFacts(page, summary);
        AddCharts(page, summary);
        AddVersions(page, summary);
        AddAlerts(page, summary);
        AddTime(page, summary);
        page.Append("</body></html>");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        await File.WriteAllTextAsync(path, page.ToString(), cancellationToken);
    }

    private static void AddFacts(StringBuilder page, Summary summary)
    {
        page.Append("<div class=\"facts\">");
        Fact("champion", $"v{summary.Champion}");
        foreach (var (month, auc) in summary.Auc)
        {
            Fact($"AUC {month}", Number(auc, "0.000"));
        }

        Fact("predictions", Number(summary.Predictions, "N0"));
        Fact("labels joined", Number(summary.LabelsJoined, "N0"));
        Fact("retrains", Number(summary.Retrains, "N0"));
        Fact("alerts", Number(summary.Alerts.Count, "N0"));
        page.Append("</div>");

        void Fact(string name, string value) =>
            page.Append("<div>").Append(Text(name)).Append("<b>").Append(Text(value)).Append("</b></div>");
    }

    private static void AddCharts(StringBuilder page, Summary summary)
    {
        var realized = summary
            .Days.Where(d => d.Performance is { Labelled: > 0 })
            .GroupBy(d => d.WindowStart)
            .Select(g => g.Last())
            .ToArray();
        if (realized.Length < 2)
        {
            return;
        }

        page.Append("<h2>Realized AUC of the champion, by day</h2>")
            .Append(Charts.Auc(realized, summary.Alerts))
            .Append("<h2>Share of late flights, by day</h2>")
            .Append(Charts.Calibration(realized));
        var drift = summary.Days.Where(d => d.Statistics.Count > 0).GroupBy(d => d.WindowStart).Select(g => g.Last()).ToArray();
        if (drift.Length > 1)
        {
            page.Append("<h2>Drift of the inputs and the score, by day</h2>")
                .Append("<p class=\"muted\">The columns that moved most; an effect of 1 is the threshold.</p>")
                .Append(Charts.Drift(drift));
        }
    }

    private static void AddVersions(StringBuilder page, Summary summary)
    {
        page.Append("<h2>Versions</h2><table><tr><th>version<th>made<th class=\"n\">AUC held out<th>became<th>why</tr>");
        foreach (var v in summary.Versions)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>v{v.Version}<td>{v.At:yyyy-MM-dd HH:mm}<td class=\"n\">{Number(v.Auc, "0.0000")}<td class=\"{Text(v.Status)}\">{Text(v.Status)}<td>{Text(v.Reason)}</tr>"
            );
        }

        page.Append("</table>");
    }

    private static void AddAlerts(StringBuilder page, Summary summary)
    {
        page.Append("<h2>Alerts</h2>");
        if (summary.Alerts.Count == 0)
        {
            page.Append("<p>None.</p>");
            return;
        }

        page.Append("<table><tr><th>opened<th>resolved<th>monitor<th>column<th>verdict</tr>");
        foreach (var a in summary.Alerts)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{a.At:yyyy-MM-dd HH:mm}<td>{a.ResolvedAt:yyyy-MM-dd HH:mm}<td>{Text(a.Monitor)}<td>{Text(a.Column)}<td>{Text(a.Verdict)}</tr>"
            );
        }

        page.Append("</table>");
    }

    private static void AddTime(StringBuilder page, Summary summary)
    {
        page.Append("<h2>Where the time went</h2><table>");
        foreach (var (what, seconds) in summary.Time)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(what)}<td class=\"n\">{seconds:0.0} s</tr>");
        }

        page.Append(CultureInfo.InvariantCulture, $"<tr><th>in all<th class=\"n\">{summary.ElapsedSeconds:0.0} s</tr></table>");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Number(double value, string format) =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "–";
}
