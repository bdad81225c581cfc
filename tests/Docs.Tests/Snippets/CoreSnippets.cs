using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace Docs.Tests.Snippets;

public sealed class CoreSnippets
{
    [Fact]
    public async Task Change_its_event_and_its_artifact_commit_together()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore(o => o.DataDirectory = "data").UseSqlite();

        await using var running = await RunningPlatform.StartAsync(services);
        var (artifacts, database, events) = (running.Get<IArtifactStore>(), running.Get<IMetadataDatabase>(), running.Get<IEventLog>());
        var bytes = new byte[] { 1, 2, 3 };

        var dataset = new AssetRef(AssetKind.Dataset, "landings-2001");
        var stored = await artifacts.PutBytesAsync(bytes);
        await database.WriteAsync(
            Durability.Power,
            work =>
            {
                // One transaction: the reference that keeps the artifact, the lineage edge and the event.
                work.Reference(stored.Digest, new ArtifactOwner("dataset", dataset.Id));
                work.Link(new AssetRef(AssetKind.Source, "landings"), dataset, "exported");
                work.Append(new PlatformEvent("dataset.exported", dataset));
                return Task.CompletedTask;
            }
        );

        var log = await events.ReadAsync(new() { Subject = dataset });
        Assert.Equal("dataset.exported", Assert.Single(log).Type);
        Assert.Equal(bytes, await artifacts.ReadBytesAsync(stored.Digest));
        Assert.Single(await running.Get<ILineage>().UpstreamAsync(dataset));
    }

    [Fact]
    public async Task Sqlite_takes_options()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore(o => o.DataDirectory = "data").UseSqlite(o => o.AlwaysPower = true);

        await using var running = await RunningPlatform.StartAsync(services);
        var database = running.Get<IMetadataDatabase>();
        var experiment = new AssetRef(AssetKind.Experiment, "late-flight");

        await database.WriteAsync(
            Durability.Process,
            work =>
            {
                work.Append(new PlatformEvent("experiment.noted", experiment));
                return Task.CompletedTask;
            }
        );

        Assert.Single(await running.Get<IEventLog>().ReadAsync(new() { Subject = experiment }));
    }
}
