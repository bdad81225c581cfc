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
        services.AddMlPlatformCore(o => o.DataDirectory = root).UseTestDatabase(root);
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

        var events = await provider.ReadSettledAsync(new());
        var seen = Assert.Single(events, e => e.Type == EventTypes.ConsumerSeen);
        Assert.Equal(8000, seen.Payload.GetProperty("count").GetInt64());
        Assert.Equal(caller.Id, seen.Actor.Id);
        Assert.Single(events, e => e.Type == EventTypes.RecorderCoverage);
    }

    [Fact]
    public async Task Callers_that_come_and_go_do_not_fill_the_table()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore(o => o.DataDirectory = root).UseTestDatabase(root);
        await using var provider = services.BuildServiceProvider();
        var recorder = provider.GetRequiredService<IConsumptionRecorder>();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 5000; i++)
            {
                recorder.Record(
                    new(ActorKind.Person, FormattableString.Invariant($"{round}-{i}")),
                    new(AssetKind.Model, "m", 1),
                    "predict"
                );
            }

            await recorder.FlushAsync();
            await recorder.FlushAsync();
        }

        var covered = await provider.ReadSettledAsync(new() { Types = [EventTypes.RecorderCoverage] });
        Assert.Equal(3, covered.Count);
        Assert.All(covered, e => Assert.Equal(0, e.Payload.GetProperty("dropped").GetInt64()));
    }

    [Fact]
    public async Task Counts_beside_flushes_are_never_lost()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore(o => o.DataDirectory = root).UseTestDatabase(root);
        await using var provider = services.BuildServiceProvider();
        var recorder = provider.GetRequiredService<IConsumptionRecorder>();
        var caller = new Actor(ActorKind.Service, "shop");
        var counting = Task.Run(() =>
            Parallel.For(0, 200_000, i => recorder.Record(caller, new(AssetKind.Model, "m", (i % 3) + 1), "predict"))
        );
        while (!counting.IsCompleted)
        {
            await recorder.FlushAsync();
        }

        await counting;
        await recorder.FlushAsync();
        var seen = await provider.ReadSettledAsync(new() { Types = [EventTypes.ConsumerSeen], Limit = 10_000 });
        Assert.Equal(200_000, seen.Sum(e => e.Payload.GetProperty("count").GetInt64()));
    }
}
