using System.Runtime.InteropServices;
using MlPlatform.Core;
using MlPlatform.Sdk;
using ServingLoad;
using Spectre.Console;

var time = TimeProvider.System;
using var interrupt = new CancellationTokenSource();
using var ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
if (!AnsiConsole.Profile.Capabilities.Interactive)
{
    AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 120); // Files and pipes need no line breaks.
}

try
{
    var arguments = Arguments.Parse(args);
    var directory = Directory.CreateTempSubdirectory("mlplatform-serving-load-").FullName;
    try
    {
        return await RunAsync(arguments, directory);
    }
    finally
    {
        Directory.Delete(directory, recursive: true);
    }
}
catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
{
    AnsiConsole.MarkupLine("Stopped.");
    return 130;
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    await Console.Error.WriteLineAsync();
    await Console.Error.WriteLineAsync(Arguments.Usage);
    return 2;
}
catch (Exception e) when (e is MlPlatformException or InvalidOperationException or IOException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

async Task<int> RunAsync(Arguments arguments, string directory)
{
    await using var app = await Server.StartAsync(directory, interrupt.Token);
    var platform = app.Services.GetRequiredService<IMlPlatform>();
    var (port, server) = (Server.PortOf(app), Server.ModelsOf(app));
    AnsiConsole.MarkupLineInterpolated(
        $"[bold]Serving load[/]: server and client in one process on {Environment.ProcessorCount} processors, port {port}; {arguments.Connections} connections, {arguments.Seconds} s a phase"
    );

    var catalog = new Catalog(platform.Models);
    await catalog.PromoteAsync(await catalog.AddAsync(OnnxModels.Good, interrupt.Token), interrupt.Token);
    await server.RefreshAsync(Catalog.Model, interrupt.Token);
    var phases = new Phases(port, arguments, catalog, server, platform.Rollouts, new(time), time, interrupt.Token);
    List<PhaseResult> results =
    [
        await phases.SteadyAsync(),
        await phases.SwapAsync(),
        await phases.CanaryAsync("bad canary", OnnxModels.Failing),
        await phases.CanaryAsync("slow canary", OnnxModels.Slow),
    ];
    results.AddRange(await phases.OverloadAsync());
    EndTable.Print(results);
    await app.StopAsync(CancellationToken.None);
    return results.Exists(r => r.Broken.Count > 0) ? 1 : 0;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupt.Cancel();
}
