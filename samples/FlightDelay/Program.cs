using System.Runtime.InteropServices;
using FlightDelay;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Sdk;
using MlPlatform.Testing;
using Spectre.Console;

var work = TimeProvider.System;
var began = work.GetTimestamp();
using var interrupt = new CancellationTokenSource();
using var ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    var arguments = Arguments.Parse(args);
    var time = new Stopwatches(work);
    List<Flight> flights;
    using (time.Measure("reading the file"))
    {
        (flights, var skipped) = FlightFile.Read(arguments.Data);
        AnsiConsole.MarkupLineInterpolated(
            $"[bold]Flight delay[/]: {flights.Count:N0} flights, {flights[0].DepartedAt:yyyy-MM-dd} to {flights[^1].DepartedAt:yyyy-MM-dd}; {skipped:N0} rows without a usable time or delay left out"
        );
    }

    await StateDirectory.PrepareAsync(arguments);
    var start = Replay.StartOf(flights);
    var fault = new Fault(arguments.Fault, arguments.FaultAt == default ? start.AddDays(10) : arguments.FaultAt, arguments.Seed, flights);
    if (fault.Describe() is { } description)
    {
        AnsiConsole.MarkupLineInterpolated($"[yellow]Injected fault: {description}.[/]");
    }

    var trainer = new Trainer(arguments.Seed);
    if (trainer.Algorithm != "LightGBM")
    {
        AnsiConsole.MarkupLine(
            "[yellow]LightGBM's native library cannot load here (on Linux install libgomp1); training with FastTree instead.[/]"
        );
    }

    // The platform's own time is the file's time; leases and flushes keep to the real clock.
    var clock = new ManualTimeProvider(new(start, TimeSpan.Zero));
    var history = new FlightHistory(flights, fault);
    await using var provider = Platform.Build(arguments, clock, history, trainer);
    var platform = provider.GetRequiredService<IMlPlatform>();
    var replay = new Replay(provider, clock, history, fault, time);
    if (await replay.ReadPositionAsync(interrupt.Token) is { } position)
    {
        clock.Set(new(position, TimeSpan.Zero));
        AnsiConsole.MarkupLineInterpolated($"Going on at {position:yyyy-MM-dd HH:mm} from {arguments.Directory}; --fresh starts anew.");
    }

    await platform.StartAsync(interrupt.Token);
    var view = new ConsoleView(platform, replay.Start, replay.End, work);
    await view.RunAsync(() => replay.RunAsync(view, interrupt.Token));

    var end = new DateTimeOffset(replay.End, TimeSpan.Zero);
    var summary = await Summary.ReadAsync(platform, new(replay.Start, TimeSpan.Zero), end, interrupt.Token);
    summary = summary with { ElapsedSeconds = Math.Round(work.GetElapsedTime(began).TotalSeconds, 2), Time = time.Seconds };
    await Report.WriteAsync(
        arguments.Report,
        summary,
        $"{Path.GetFileName(arguments.Data)}, {replay.Start:d MMMM yyyy} to {replay.End.AddDays(-1):d MMMM yyyy}, {trainer.Algorithm}",
        interrupt.Token
    );
    EndTables.Print(summary, trainer.Algorithm, arguments.Report);
    if (arguments.Summary is { } path)
    {
        await summary.WriteAsync(path, interrupt.Token);
    }

    return 0;
}
catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
{
    AnsiConsole.MarkupLine("Stopped. The same command goes on from here.");
    return 130;
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    await Console.Error.WriteLineAsync();
    await Console.Error.WriteLineAsync(Arguments.Usage);
    return 2;
}
catch (InvalidDataException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
catch (Exception e) when (e is MlPlatformException or InvalidOperationException or IOException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

// Stops after the present hour. The state on disk is good at any moment.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupt.Cancel();
}
