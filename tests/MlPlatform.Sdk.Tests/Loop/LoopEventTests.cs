using MlPlatform.Core;

namespace MlPlatform.Sdk.Tests;

/// <summary>What the loop leaves in the event log for those who ask later how things stood.</summary>
public sealed class LoopEventTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loop_says_who_consumes_what_by_which_configuration_on_which_data_and_when_it_is_watched()
    {
        await using var host = new LoopHost(directory);
        await host.Platform.StartAsync(Cancel);
        var run = await host.RunAsync(new(Signal: 0.9));
        await host.AdvanceAsync(TimeSpan.FromHours(1));
        await host.PredictAsync(200);
        await host.AdvanceAsync(TimeSpan.FromDays(2));
        await host.AdvanceAsync(TimeSpan.FromDays(1));

        var model = new AssetRef(AssetKind.Model, LoopPipeline.Model);
        var declared = Assert.Single(await EventsAsync(EventTypes.ConsumerDeclared, model));
        Assert.Equal("predict", declared.Payload.GetProperty("purpose").GetString());
        Assert.Equal(declared.Actor.Id, Assert.Single(await host.Platform.Consumers.ListAsync(model, Cancel)).Consumer.Id);

        var scheduled = Assert.Single(await EventsAsync(EventTypes.MonitorScheduled));
        Assert.Equal("monitor:" + LoopPipeline.Model, scheduled.Subject.ToString());
        Assert.Equal("P1D", scheduled.Payload.GetProperty("period").GetString());

        // Each parameter of a run, by the digest of its value.
        var resolved = Assert.Single(await EventsAsync(EventTypes.ConfigResolved, new(AssetKind.PipelineRun, run.Id.ToString())));
        var signal = resolved.Payload.GetProperty("keys").EnumerateArray().Single(k => k.GetProperty("key").GetString() == "Signal");
        Assert.Equal(ArtifactDigest.Of("0.9"u8).ToString(), signal.GetProperty("hash").GetString());
        Assert.False(signal.GetProperty("default").GetBoolean());
        Assert.Equal("caller", signal.GetProperty("source").GetString());
        Assert.Single(await EventsAsync(EventTypes.ConfigKeyRead, new(AssetKind.Pipeline, "loop")));

        // The window that the monitor judged, and every training set.
        var stats = await EventsAsync(EventTypes.FeatureStats);
        var window = Assert.Single(stats, e => e.Subject.Kind == AssetKind.Monitor);
        Assert.Equal(200, window.Payload.GetProperty("rows").GetInt32());

        Task<IReadOnlyList<EventRecord>> EventsAsync(string type, AssetRef? subject = null) =>
            host.Platform.Events.ReadAsync(new() { Types = [type], Subject = subject }, Cancel);
    }
}
