using FlightDelay;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Testing;
using Spectre.Console;

var watch = TimeProvider.System;
var started = watch.GetTimestamp();
try
{
    var arguments = Arguments.Parse(args, watch);
    var flights = FlightFile.Read(arguments.Data);
    if (flights.Count == 0)
    {
        throw new ArgumentException($"'{arguments.Data}' holds no flight with a usable delay.");
    }

    AnsiConsole.MarkupLineInterpolated($"[bold]Flight delay[/]: {flights.Count:N0} flights, {flights[0].DepartedAt:yyyy-MM-dd} to {flights[^1].DepartedAt:yyyy-MM-dd}");

    // The platform's own time is the file's time; leases and flushes keep to the real clock.
    var clock = new ManualTimeProvider(new(flights[0].DepartedAt, TimeSpan.Zero));
    var services = new ServiceCollection();
    services.AddSingleton<TimeProvider>(clock);
    services.AddMlPlatform(o => o.DataDirectory = Path.GetFullPath(arguments.Directory));
    await using var provider = services.BuildServiceProvider();
    var platform = provider.GetRequiredService<IMlPlatform>();

    var dataset = new RunDataset(Path.GetFileName(arguments.Data), "sha256:" + await FlightFile.DigestAsync(arguments.Data));
    var replay = new Replay(platform, clock, flights, dataset, arguments.Seed);
    if (replay.Algorithm != "LightGBM")
    {
        AnsiConsole.MarkupLine("[yellow]LightGBM's native library cannot load here (on Linux install libgomp1); training with FastTree instead.[/]");
    }

    var summary = await AnsiConsole
        .Progress()
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new ElapsedTimeColumn())
        .StartAsync(async progress =>
        {
            var task = progress.AddTask("starting", maxValue: Math.Max(1, replay.Steps));
            var result = await replay.RunAsync(text => task.Description = Markup.Escape(text), () => task.Increment(1));
            task.Description = "done";
            task.Value = task.MaxValue;
            return result;
        });
    summary.ElapsedSeconds = watch.GetElapsedTime(started).TotalSeconds;
    Print(summary, replay.Algorithm, arguments.Directory);
    if (arguments.Summary is { } path)
    {
        await summary.WriteAsync(path);
    }

    return 0;
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    await Console.Error.WriteLineAsync();
    await Console.Error.WriteLineAsync(Arguments.Usage);
    return 2;
}
catch (MlPlatformException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

static void Print(Summary summary, string algorithm, string directory)
{
    var versions = new Table().Title($"flight-delay, {algorithm}").AddColumns("version", "as of", "gate", "AUC held out", "why");
    foreach (var v in summary.Versions)
    {
        var color = v.Status == "promoted" ? "green" : v.Status == "refused" ? "red" : "yellow";
        versions.AddRow($"v{v.Version}", $"{v.At:yyyy-MM-dd}", $"[{color}]{v.Status}[/]", FormattableString.Invariant($"{v.Auc:0.0000}"), Markup.Escape(v.Reason));
    }

    AnsiConsole.Write(versions);
    var months = new Table().Title("champion in use").AddColumns("month", "AUC");
    foreach (var (month, auc) in summary.Auc)
    {
        months.AddRow(month, FormattableString.Invariant($"{auc:0.0000}"));
    }

    AnsiConsole.Write(months);
    AnsiConsole.MarkupLineInterpolated(
        $"champion v{summary.Champion}; {summary.Predictions:N0} predictions, {summary.LabelsJoined:N0} labels joined, {summary.Retrains} retrains, {summary.ElapsedSeconds:0.0} s"
    );
    AnsiConsole.MarkupLineInterpolated($"runs, versions, aliases and events: {directory}");
}
