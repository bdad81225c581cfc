using System.Globalization;
using System.Net;
using System.Text;

namespace MlPlatform.Registry.Internal;

internal static class ModelCardText
{
    private const string ToBeWritten = "To be written by a person.";

    public static string Markdown(ModelCard card, string title)
    {
        var text = new StringBuilder();
        text.Append("# ").AppendLine(Escape(title));
        foreach (var (heading, read) in ModelCardSections.Prose)
        {
            text.AppendLine().Append("## ").AppendLine(heading).AppendLine();
            text.AppendLine(read(card) is { } prose && !string.IsNullOrWhiteSpace(prose) ? Escape(prose) : $"*{ToBeWritten}*");
        }

        if (card.Metrics.Count > 0)
        {
            text.AppendLine().AppendLine("## Metrics").AppendLine();
            text.AppendLine("| Metric | Slice | Value | Interval |").AppendLine("|-|-|-|-|");
            foreach (var metric in card.Metrics)
            {
                text.AppendLine(
                    $"| {Cell(Escape(metric.Name))} | {Cell(Escape(metric.Slice ?? "all"))} | {Number(metric.Value)} | {Interval(metric)} |"
                );
            }
        }

        return text.ToString();
    }

    public static string Html(ModelCard card, string title)
    {
        var text = new StringBuilder();
        text.AppendLine($"<article class=\"model-card\"><h1>{Encode(title)}</h1>");
        foreach (var (heading, read) in ModelCardSections.Prose)
        {
            text.AppendLine(
                read(card) is { } prose && !string.IsNullOrWhiteSpace(prose)
                    ? $"<h2>{heading}</h2><p>{Encode(prose).ReplaceLineEndings("<br>")}</p>"
                    : $"<h2>{heading}</h2><p><em>{ToBeWritten}</em></p>"
            );
        }

        if (card.Metrics.Count > 0)
        {
            text.AppendLine("<h2>Metrics</h2><table><tr><th>Metric</th><th>Slice</th><th>Value</th><th>Interval</th></tr>");
            foreach (var metric in card.Metrics)
            {
                text.AppendLine(
                    $"<tr><td>{Encode(metric.Name)}</td><td>{Encode(metric.Slice ?? "all")}</td><td>{Number(metric.Value)}</td><td>{Interval(metric)}</td></tr>"
                );
            }

            text.AppendLine("</table>");
        }

        return text.AppendLine("</article>").ToString();
    }

    private static string Interval(ModelCardMetric metric) =>
        metric is { Low: { } low, High: { } high } ? $"{Number(low)} to {Number(high)}" : string.Empty;

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Cell(string text) => text.ReplaceLineEndings(" ");

    /// <summary>A backslash before every character that could begin markup, and none of HTML's.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c)) && c is not ('.' or ',' or ';' or '\'' or '"' or '/' or '%'))
            {
                escaped.Append('\\');
            }

            escaped.Append(c);
        }

        return escaped.ToString();
    }
}
