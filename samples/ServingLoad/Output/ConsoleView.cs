using System.Globalization;
using Spectre.Console;

namespace ServingLoad;

/// <summary>A line that moves while a phase runs; one line a second where there is no terminal.</summary>
internal sealed class ConsoleView(TimeProvider time)
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(1);
    private static readonly double[] Quantiles = [0.5, 0.95, 0.99];
    private readonly long began = time.GetTimestamp();

    /// <summary>Runs a phase with the display around it.</summary>
    public async Task WatchAsync(string phase, Tally tally, Func<Task> run)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            await WatchAsync(phase, tally, run(), LineInterval, AnsiConsole.MarkupLine);
            return;
        }

        await AnsiConsole
            .Live(new Text(""))
            .StartAsync(context =>
                WatchAsync(
                    phase,
                    tally,
                    run(),
                    LiveInterval,
                    line =>
                    {
                        context.UpdateTarget(new Markup(line));
                        context.Refresh();
                    }
                )
            );
    }

    private async Task WatchAsync(string phase, Tally tally, Task run, TimeSpan interval, Action<string> show)
    {
        var (last, at) = (tally.Read(), time.GetTimestamp());
        while (await Task.WhenAny(run, Task.Delay(interval, time)) != run)
        {
            var (counts, now) = (tally.Read(), time.GetTimestamp());
            show(Line(phase, counts.Since(last), time.GetElapsedTime(at, now).TotalSeconds));
            (last, at) = (counts, now);
        }

        await run;
    }

    private string Line(string phase, Counts counts, double seconds)
    {
        var errors = counts
            .Statuses.Where(s => s.Key != 200)
            .OrderBy(s => s.Key)
            .Select(s => Text($"[{(s.Key is 429 or 503 ? "yellow" : "red")}]{s.Value / seconds:N0}/s {s.Key}[/]"));
        if (counts.Broken > 0)
        {
            errors = errors.Append(Text($"[red]{counts.Broken:N0} broken[/]"));
        }

        var times = string.Join(
            " / ",
            Quantiles.Select(q => counts.Latencies.Quantile(q)).Select(t => double.IsNaN(t) ? "-" : Text($"{t:0.0}"))
        );
        return Text(
            $"[grey]{time.GetElapsedTime(began).TotalSeconds, 5:0.0} s[/]  {phase, -11} [green]{counts.Answered / seconds, 6:N0}/s[/]  p50/95/99 {times} ms  {string.Join(" ", [EndTable.Versions(counts), .. errors])}"
        );
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
