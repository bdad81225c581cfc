using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Testing;

namespace MlPlatform.Core.Tests;

public sealed class ConsumptionRecorderTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Counts_are_rolled_up_into_one_event_a_key_and_kept_when_the_write_fails()
    {
        var faults = new FaultInjector();
        var services = new ServiceCollection().AddSingleton<IFaultPoints>(faults);
        services.AddMlPlatformCore(o => o.DataDirectory = root).UseSqlite();
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<IMetadataDatabase>().MigrateAsync();
        var recorder = provider.GetRequiredService<IConsumptionRecorder>();
        var caller = new Actor(ActorKind.Service, "shop");
        var model = new AssetRef(AssetKind.Model, "m", 1);
        Parallel.For(0, 8, _ => recorder.Record(caller, model, "predict", 1000));

        faults.Arm("metadata.commit");
        await Assert.ThrowsAsync<InjectedFaultException>(() => recorder.FlushAsync());
        await recorder.FlushAsync();
        await recorder.FlushAsync();

        var events = await provider.GetRequiredService<IEventLog>().ReadAsync(new());
        var seen = Assert.Single(events, e => e.Type == EventTypes.ConsumerSeen);
        Assert.Equal(8000, seen.Payload.GetProperty("count").GetInt64());
        Assert.Equal(caller.Id, seen.Actor.Id);
        Assert.Single(events, e => e.Type == EventTypes.RecorderCoverage);
    }
}
