using System.Globalization;
using MlPlatform.Monitoring;
using MlPlatform.Sdk;
using Spectre.Console;

namespace FlightDelay;

/// <summary>A bar and a live table of the last days; plain lines where there is no terminal.</summary>
internal sealed class ConsoleView(IMlPlatform platform, DateTime start, DateTime end, TimeProvider work) : IReplayView
{
    private const int DaysShown = 8;
    private const int BarWidth = 40;
    private readonly long began = work.GetTimestamp();
    private LiveDisplayContext? live;
    private string doing = "starting";
    private double firstFraction = double.NaN;
    private int lastLine = -1;

    /// <summary>Runs the replay with the display around it.</summary>
    public async Task RunAsync(Func<Task> replay)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            await replay();
            return;
        }

        await AnsiConsole
            .Live(new Text(""))
            .AutoClear(true)
            .StartAsync(async context =>
            {
                live = context;
                await replay();
            });
        live = null;
    }

    public void Say(string text)
    {
        doing = text;
        if (live is null)
        {
            AnsiConsole.MarkupLineInterpolated($"[grey]{work.GetElapsedTime(began).TotalSeconds, 6:0.0} s[/]  {text}");
        }
        else
        {
            live.UpdateTarget(new Markup($"[grey]{Markup.Escape(text)} ...[/]"));
            live.Refresh();
        }
    }

    public async Task ShowAsync(DateTime now, CancellationToken cancellationToken)
    {
        var fraction = (now - start) / (end - start);
        firstFraction = double.IsNaN(firstFraction) ? fraction : firstFraction;
        var status = await DescribeAsync(cancellationToken);
        if (live is not null)
        {
            var days = await platform.Monitoring.GetEvaluationsAsync(FlightModel.Name, DaysShown * 3, cancellationToken);
            live.UpdateTarget(new Rows(Bar(now, fraction), new Text(""), Table(days), new Markup(status)));
            live.Refresh();
        }
        else if ((int)(fraction * 8) is var eighth && eighth != lastLine)
        {
            lastLine = eighth;
            AnsiConsole.MarkupLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"[grey]{work.GetElapsedTime(began).TotalSeconds, 6:0.0} s[/]  {now:yyyy-MM-dd}  {status}"
                )
            );
        }
    }

    private async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        var champion = await platform.Models.GetAliasAsync(FlightModel.Name, FlightModel.Alias, cancellationToken);
        var rollout = await platform.Rollouts.GetCurrentAsync(FlightModel.Name, cancellationToken);
        var alerts = await platform.Monitoring.GetAlertsAsync(FlightModel.Name, openOnly: true, cancellationToken);
        var canary = rollout is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $", canary [yellow]v{rollout.Candidate.Version}[/] at {rollout.Share:P0}");
        var open = alerts.Count == 0 ? "no open alert" : $"[red]{string.Join(", ", alerts.Select(a => a.Kind))}[/]";
        return $"champion [green]v{champion?.Version}[/]{canary}, {open}";
    }

    private Markup Bar(DateTime now, double fraction)
    {
        var full = (int)Math.Round(fraction * BarWidth);
        var spent = work.GetElapsedTime(began);
        var left = fraction > firstFraction ? spent * ((1 - fraction) / (fraction - firstFraction)) : TimeSpan.Zero;
        return new Markup(
            string.Create(
                CultureInfo.InvariantCulture,
                $"[green]{new string('━', full)}[/][grey]{new string('━', BarWidth - full)}[/] {now:yyyy-MM-dd}  {fraction:P0}  {spent:mm\\:ss}, about {left:mm\\:ss} left  [grey]{Markup.Escape(doing)}[/]"
            )
        );
    }

    private static Table Table(IReadOnlyList<MonitorEvaluation> days)
    {
        var table = new Table()
            .Border(TableBorder.Rounded)
            .AddColumns("day", "version", "predictions", "AUC", "drift", "data quality", "performance");
        foreach (var day in days.GroupBy(d => d.WindowStart).OrderBy(g => g.Key).TakeLast(DaysShown))
        {
            var last = day.First();
            var performance = day.FirstOrDefault(d => d.Performance is { Labelled: > 0 })?.Performance;
            table.AddRow(
                day.Key.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                $"v{last.Version}",
                last.Rows.ToString("N0", CultureInfo.InvariantCulture),
                performance is null ? "" : performance.Auc.ToString("0.000", CultureInfo.InvariantCulture),
                State(day, MonitorKind.Drift),
                State(day, MonitorKind.DataQuality),
                State(day, MonitorKind.Performance)
            );
        }

        return table;
    }

    private static string State(IEnumerable<MonitorEvaluation> day, MonitorKind kind)
    {
        var verdict = day.SelectMany(d => d.Verdicts).Where(v => v.Kind == kind).MaxBy(v => v.State);
        return verdict?.State switch
        {
            MonitorState.Drifted =>
                $"[red]{Markup.Escape(string.Join(", ", verdict.Columns.Take(2)) is { Length: > 0 } c ? c : "drifted")}[/]",
            MonitorState.Warning => "[yellow]warning[/]",
            MonitorState.Ok => "[green]ok[/]",
            _ => "[grey]–[/]",
        };
    }
}
