using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry.Tests;

public sealed class ProvenanceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_says_by_itself_what_it_was_made_from()
    {
        await using var host = Host();
        await using var run = await host.Get<IExperimentTracker>().StartRunAsync("e", cancellationToken: Cancel);

        var found = (await host.Get<IExperimentTracker>().GetRunAsync(run.Id, Cancel))!.Provenance!;

        Assert.Equal(("abc", true, null), (found.Commit, found.Dirty, found.Seed));
        Assert.Equal(Environment.Version.ToString(), found.Environment["dotnet"]);
        Assert.StartsWith("MlPlatform.Registry.Tests", found.CommandLine, StringComparison.Ordinal);
        var packages = JsonNode.Parse(
            await host.Get<IArtifactStore>().ReadBytesAsync(ArtifactDigest.Parse(found.Packages!), cancellationToken: Cancel)
        )!;
        Assert.Matches(@"^\d+\.\d+\.\d+$", packages["Dapper"]!.GetValue<string>());
        await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);
        Assert.NotNull(await host.Get<IArtifactStore>().FindAsync(ArtifactDigest.Parse(found.Packages!), Cancel));
        Assert.Single(await host.EventsAsync(EventTypes.RunProvenance));
    }

    [Fact]
    public async Task What_the_caller_says_counts()
    {
        await using var host = Host();
        var given = new RunProvenance
        {
            Commit = "mine",
            Seed = 7,
            Environment = new Dictionary<string, string> { ["dotnet"] = "other", ["gpu"] = "none" },
        };
        await using var run = await host.Get<IExperimentTracker>().StartRunAsync("e", new() { Provenance = given }, Cancel);

        var found = (await host.Get<IExperimentTracker>().GetRunAsync(run.Id, Cancel))!.Provenance!;

        Assert.Equal(("mine", null, 7), (found.Commit, found.Dirty, found.Seed)); // The state of another commit says nothing.
        Assert.Equal(("other", "none"), (found.Environment["dotnet"], found.Environment["gpu"]));
        Assert.Contains("os", found.Environment.Keys);
    }

    [Fact]
    public async Task It_can_be_left_out()
    {
        await using var host = Host(o => o.CaptureProvenance = false);
        await using var run = await host.Get<IExperimentTracker>().StartRunAsync("e", cancellationToken: Cancel);

        Assert.Null((await host.Get<IExperimentTracker>().GetRunAsync(run.Id, Cancel))!.Provenance);
        Assert.Empty(await host.EventsAsync(EventTypes.RunProvenance));
    }

    [Theory]
    [InlineData("app train --epochs 3", "/bin/app", "train", "--epochs", "3")]
    [InlineData("app --password *** --x", "app", "--password", "hunter2", "--x")]
    [InlineData("app --ApiKey=*** token=*** -k v", "app", "--ApiKey=abc", "token=abc", "-k", "v")]
    [InlineData("app --ConnectionStrings:MlPlatform=*** ***", "app", "--ConnectionStrings:MlPlatform=Host=h", "Host=h;Password=p")]
    [InlineData("app *** \"a b\"", "app", "https://me:secret@host/x", "a b")]
    [InlineData("app keys", "app", "keys")]
    public void A_command_line_keeps_no_secret(string expected, params string[] arguments) =>
        Assert.Equal(expected, CommandLine.Of(arguments));

    [Fact]
    public async Task System_metrics_are_measured_while_the_run_is_written()
    {
        await using var host = new RegistryHost();
        var run = await host.Get<IExperimentTracker>().StartRunAsync("e", new() { SystemMetrics = true }, Cancel);
        for (var i = 0; i < 3; i++)
        {
            host.Work.Advance(TimeSpan.FromSeconds(10));
            Assert.True(SpinWait.SpinUntil(() => Count(host, run) > i, TimeSpan.FromSeconds(30)));
        }

        host.Work.Advance(TimeSpan.FromSeconds(5));
        await run.DisposeAsync();

        var tracker = host.Get<IExperimentTracker>();
        foreach (var key in new[] { SystemMetrics.Processors, SystemMetrics.Memory, SystemMetrics.ManagedMemory })
        {
            var history = await tracker.GetMetricHistoryAsync(run.Id, key, cancellationToken: Cancel);
            Assert.Equal([0L, 1, 2, 3], history.Select(p => p.Step)); // The last one by the end of the run.
            Assert.All(history, p => Assert.True(p.Value > 0 || key == SystemMetrics.Processors, $"{key} = {p.Value}"));
        }
    }

    private static RegistryHost Host(Action<RegistryOptions>? configure = null) =>
        new(configure, more: b => b.Services.AddSingleton<ISourceRevision>(new Revision()));

    private static int Count(RegistryHost host, IRun run)
    {
        var flushed = run.FlushAsync(Cancel);
        flushed.Wait(Cancel);
        var history = host.Get<IExperimentTracker>().GetMetricHistoryAsync(run.Id, SystemMetrics.ManagedMemory, cancellationToken: Cancel);
        return history.GetAwaiter().GetResult().Count;
    }

    private sealed class Revision : ISourceRevision
    {
        public SourceRevision Find() => new("abc", true);
    }
}
