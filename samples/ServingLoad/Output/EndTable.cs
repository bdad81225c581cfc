using System.Globalization;
using Spectre.Console;

namespace ServingLoad;

/// <summary>What a person reads at the end.</summary>
internal static class EndTable
{
    public static void Print(IReadOnlyList<PhaseResult> results)
    {
        var table = new Table()
            .Border(TableBorder.Simple)
            .AddColumns("phase", "requests", "per s", "p50", "p95", "p99 ms", "failed", "refused", "versions");
        foreach (var column in table.Columns)
        {
            column.Padding = new(0, 1); // It is to fit into 80 columns.
            column.NoWrap = true;
        }

        foreach (var column in table.Columns.Skip(1).SkipLast(1))
        {
            column.Alignment = Justify.Right;
        }

        foreach (var r in results)
        {
            table.AddRow(
                r.Name,
                Whole(r.Counts.Requests),
                Whole(r.Rate),
                Time(r.Counts.Latencies.Quantile(0.5)),
                Time(r.Counts.Latencies.Quantile(0.95)),
                Time(r.Counts.Latencies.Quantile(0.99)),
                Whole(r.Counts.Failed),
                Whole(r.Counts.Refused),
                Versions(r.Counts)
            );
        }

        AnsiConsole.Write(table);

        // Below the table, which would not be readable with sentences in it.
        foreach (var r in results)
        {
            AnsiConsole.MarkupLineInterpolated($"[bold]{r.Name}[/]: {r.Note}");
        }

        foreach (var broken in results.SelectMany(r => r.Broken))
        {
            AnsiConsole.MarkupLineInterpolated($"[red]Broken promise: {broken}.[/]");
        }
    }

    /// <summary>The versions that answered.</summary>
    public static string Versions(Counts counts)
    {
        var versions = counts.Versions.Keys.Order().ToList();
        return versions.Count switch
        {
            0 => "-",
            1 => $"v{versions[0]}",
            2 => $"v{versions[0]}, v{versions[1]}",
            _ => $"v{versions[0]}-v{versions[^1]}",
        };
    }

    private static string Whole(double number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(double milliseconds) =>
        double.IsNaN(milliseconds) ? "-" : milliseconds.ToString("0.0", CultureInfo.InvariantCulture);
}
