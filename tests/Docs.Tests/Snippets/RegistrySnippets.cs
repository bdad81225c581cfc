using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Sdk;

namespace Docs.Tests.Snippets;

public sealed class RegistrySnippets
{
    [Fact]
    public void Runs_with_their_commit()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore(o => o.DataDirectory = "data").UseSqlite().AddRegistry().UseGit();

        Assert.Contains(services, d => d.ServiceType == typeof(ISourceRevision));
    }

    [Fact]
    public async Task Runs_versions_and_aliases()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore(o => o.DataDirectory = "data").UseSqlite().AddRegistry();

        await using var running = await RunningPlatform.StartAsync(services);
        var (tracker, registry, source) = (running.Get<IExperimentTracker>(), running.Get<IModelRegistry>(), running.Get<IModelSource>());
        var package = Package();

        await using var run = await tracker.StartRunAsync(
            "flight-delay",
            new()
            {
                Name = "baseline",
                Provenance = new() { Seed = 1 },
            }
        );
        await run.LogParamAsync("trainer", "lightgbm");
        await run.LogInputAsync(new("landings", "2001-q1"));
        for (var epoch = 1; epoch <= 10; epoch++)
        {
            run.LogMetric("auc", 0.71 + (epoch / 100.0), epoch); // Buffered, never dropped.
        }

        var version = await run.RegisterModelAsync("flight-delay", package);
        await run.EndAsync();

        var before = await registry.GetAliasAsync("flight-delay", "champion");
        await registry.SetAliasAsync(
            "flight-delay",
            "champion",
            version.Id.Version,
            before?.ETag ?? ETag.None,
            new AliasMoveReason(AliasMoveKind.Human, "Better on every slice.")
        );

        Assert.Equal(1, version.Id.Version);
        await Assert.ThrowsAsync<ConcurrencyConflictException>(() =>
            registry.SetAliasAsync("flight-delay", "champion", 1, ETag.None, new(AliasMoveKind.Human, "again"))
        );

        var best = await tracker.SearchRunsAsync(
            new()
            {
                Experiments = ["flight-delay"],
                Filter = "metrics.auc > 0.8 AND params.trainer = 'lightgbm'",
                OrderBy = ["metrics.auc DESC"],
                Limit = 20,
            }
        );
        var next = best.NextPageToken; // null: there is no further page

        Assert.Equal(run.Id, Assert.Single(best.Items).Id);
        Assert.Null(next);

        var opened = await source.OpenAsync(ModelReference.Parse("flight-delay@champion"));
        var file = opened.Package.Manifest.Find(ModelFileRole.Model)!;
        var bytes = await opened.Package.ReadAsync(file.Path); // Verified by its digest.

        Assert.NotEmpty(bytes);

        var history = await registry.GetAliasHistoryAsync("flight-delay", "champion");
        var live = await registry.GetLiveAtAsync("flight-delay", "champion", history[^1].From);

        Assert.Equal(version.Id, live);
    }

    [Fact]
    public async Task Version_and_alias_join_the_callers_transaction()
    {
        var services = new ServiceCollection();
        services.AddMlPlatform();
        await using var running = await RunningPlatform.StartAsync(services);
        var (registry, database) = (running.Get<IModelRegistry>(), running.Get<IMetadataDatabase>());
        var package = Package();

        var stored = await registry.StorePackageAsync(package); // Bytes first: a transaction does no other I/O.
        var alias = await database.WriteAsync(
            Durability.Power,
            async work =>
            {
                var version = await registry.RegisterVersionAsync(work, "flight-delay", stored);
                return await registry.SetAliasAsync(
                    work,
                    "flight-delay",
                    "champion",
                    version.Id.Version,
                    ETag.None,
                    new(AliasMoveKind.Human, "first")
                );
            }
        );

        Assert.Equal("flight-delay@v1", alias.VersionId.ToString());
    }

    internal static ModelPackage Package()
    {
        var context = new MLContext(seed: 1);
        var rows = context.Data.LoadFromEnumerable(FlightRows.Make(200));
        return ModelPackage.FromMlNet(context, FlightRows.Train(context, rows), rows.Schema, "Late");
    }
}
