using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Testing;

namespace Docs.Tests.Snippets;

public sealed class TestingSnippets
{
    [Fact]
    public async Task Fault_leaves_no_half_written_state_and_the_clock_is_the_tests()
    {
        var services = new ServiceCollection();
        var clock = new ManualTimeProvider(new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var faults = new FaultInjector();
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton<IFaultPoints>(faults);
        services.AddMlPlatform(o => o.DataDirectory = "data");

        await using var running = await RunningPlatform.StartAsync(services);
        var experiments = running.Get<IExperimentTracker>();

        await using var run = await experiments.StartRunAsync("late-flight");
        faults.Arm("artifact.written"); // The next artifact fails when its bytes are written, before it has its name.
        await Assert.ThrowsAsync<InjectedFaultException>(() => run.LogArtifactAsync("notes.txt", new MemoryStream([1])));
        Assert.Empty(await experiments.ListArtifactsAsync(run.Id));

        clock.Advance(TimeSpan.FromDays(1));
        await run.EndAsync();
        var info = await experiments.GetRunAsync(run.Id);
        Assert.Equal(TimeSpan.FromDays(1), info!.EndTime - info.StartTime);
    }
}
