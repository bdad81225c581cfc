using Dapper;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using static MlPlatform.Registry.Tests.Packages;

namespace MlPlatform.Registry.Tests;

public sealed class RetentionTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_beyond_age_and_number_are_deleted_but_for_those_that_somebody_needs()
    {
        await using var host = new RegistryHost(o =>
            o.Retention.Add(
                new()
                {
                    Experiment = "e",
                    MaximumAge = 2 * Day,
                    KeepLast = 1,
                    KeepTagged = "keep",
                }
            )
        );
        var tracker = host.Get<IExperimentTracker>();
        var old = await EndedAsync(host, "e");
        var tagged = await EndedAsync(host, "e", "keep");
        var held = await EndedAsync(host, "e", "mlp.hold");
        var named = await EndedAsync(host, "e");
        await host.Models.RegisterVersionAsync("m", Of("1"), new() { RunId = named }, Cancel);
        var open = (await tracker.StartRunAsync("e", cancellationToken: Cancel)).Id;
        var other = await EndedAsync(host, "f");
        host.Time.Advance(3 * Day);
        var young = await EndedAsync(host, "e");

        var dry = await host.Get<IRegistryRetention>().ApplyAsync(dryRun: true, Cancel);
        Assert.Null((await tracker.GetRunAsync(old, Cancel))!.DeletedAt);
        var done = await host.Get<IRegistryRetention>().ApplyAsync(cancellationToken: Cancel);

        Assert.Equal(dry, done);
        Assert.Equal(new AssetRef(AssetKind.Run, old.ToString()), Assert.Single(done).Asset);
        Assert.NotNull((await tracker.GetRunAsync(old, Cancel))!.DeletedAt);
        foreach (var kept in new[] { tagged, held, named, open, other, young })
        {
            Assert.Null((await tracker.GetRunAsync(kept, Cancel))!.DeletedAt);
        }

        await tracker.RestoreRunAsync(old, Cancel);
    }

    [Fact]
    public async Task Versions_that_an_alias_points_at_are_kept()
    {
        await using var host = new RegistryHost(o => o.Retention.Add(new() { Model = "*", KeepLast = 2 }));
        for (var i = 1; i <= 6; i++)
        {
            await host.Models.RegisterVersionAsync("m", Of($"{i}"), cancellationToken: Cancel);
        }

        await host.Models.PromoteAsync(new("m", 2), cancellationToken: Cancel);
        await host.Models.SetVersionTagAsync(new("m", 3), "mlp.hold", "court order", Cancel);

        await host.Get<IRegistryRetention>().ApplyAsync(cancellationToken: Cancel);

        Assert.Equal([6, 5, 3, 2], (await host.Models.ListVersionsAsync("m", cancellationToken: Cancel)).Select(v => v.Id.Version));
    }

    [Fact]
    public async Task Purge_removes_every_row_and_byte_after_the_grace_period_and_no_number_comes_back()
    {
        await using var host = new RegistryHost();
        var tracker = host.Get<IExperimentTracker>();
        var before = await CountAsync(host);
        await using var run = await tracker.StartRunAsync("e", new() { Tags = new Dictionary<string, string> { ["t"] = "v" } }, Cancel);
        await run.LogParamAsync("p", "1", Cancel);
        run.LogMetric("m", 1, 1);
        await run.LogInputAsync(new("d", "1") { Tags = new Dictionary<string, string> { ["c"] = "train" } }, Cancel);
        var experiment = (await tracker.FindExperimentAsync("e", Cancel))!;
        var span = new TraceSpan("tr-1", "s", "root", 1, new byte[] { 1 }) { EndNanoseconds = 2 };
        await host.Get<ITraces>().LogSpansAsync(experiment.Id, [span], Cancel);
        await host.Get<ITraces>().SetTagAsync("tr-1", "t", "v", Cancel);
        foreach (var (tree, bytes) in new[] { (ArtifactTreeId.OfRun(run.Id), 3), (ArtifactTreeId.OfTrace("tr-1"), 4) })
        {
            await using var content = new MemoryStream(new byte[bytes]);
            await host.Get<IArtifactTrees>().PutAsync(tree, ArtifactPath.Parse("a/b.bin"), content, Cancel);
        }

        var logged = await host.Get<ILoggedModels>().CreateAsync(experiment.Id, new() { Name = "l", SourceRunId = run.Id }, Cancel);
        await run.EndAsync(cancellationToken: Cancel);
        var version = await host.Models.RegisterVersionAsync("m", Of("1"), new() { RunId = run.Id }, Cancel);
        await host.Get<IModelCards>().SaveAsync(version.Id, new() { Summary = "s" }, null, Cancel);
        await host.Models.SetAliasAsync("m", "champion", 1, null, Because, Cancel);
        await tracker.DeleteExperimentAsync(experiment.Id, Cancel);
        var retention = host.Get<IRegistryRetention>();
        host.Time.Advance(29 * Day);
        Assert.Empty(await retention.PurgeAsync(cancellationToken: Cancel));
        host.Time.Advance(2 * Day);

        var spared = await retention.PurgeAsync(cancellationToken: Cancel);
        Assert.All(spared, i => Assert.False(i.Removed));
        Assert.Contains(spared, i => i.Asset.Kind == AssetKind.Run && i.Reason == "m@v1 names it.");

        await host.Models.DeleteVersionAsync(version.Id, Cancel);
        await host.Get<ILoggedModels>().DeleteAsync(logged.Id, Cancel);
        host.Time.Advance(31 * Day);
        var dry = await retention.PurgeAsync(dryRun: true, cancellationToken: Cancel);
        var done = await retention.PurgeAsync(cancellationToken: Cancel);

        Assert.Equal(dry, done);
        Assert.All(done, i => Assert.True(i.Removed, i.ToString()));
        Assert.Equal([AssetKind.Model, AssetKind.LoggedModel, AssetKind.Run, AssetKind.Experiment], done.Select(i => i.Asset.Kind));
        Assert.Equal(done.Count, (await host.EventsAsync(EventTypes.RegistryPurged)).Count);
        var left = await CountAsync(host);
        Assert.Equal(
            ["reg_alias_history", "reg_model", "reg_model_alias", "reg_model_term"],
            left.Where(t => t.Value > before[t.Key]).Select(t => t.Key)
        );
        var swept = await host.Get<IArtifactGarbageCollector>().CollectAsync(TimeSpan.Zero, Cancel);
        Assert.True(swept.Deleted >= 5);
        Assert.Equal(0, swept.Kept);
        Assert.Equal(2, (await host.Models.RegisterVersionAsync("m", Of("2"), cancellationToken: Cancel)).Id.Version);
        Assert.Equal(2, (await host.Models.GetAliasHistoryAsync("m", "champion", Cancel)).Count);
        Assert.Empty(await retention.PurgeAsync(cancellationToken: Cancel));
        await tracker.CreateExperimentAsync("e", cancellationToken: Cancel); // The name is free again.
    }

    [Fact]
    public async Task A_part_that_lives_keeps_the_whole()
    {
        await using var host = new RegistryHost();
        var tracker = host.Get<IExperimentTracker>();
        var parent = await EndedAsync(host, "e");
        await using var child = await tracker.StartRunAsync("e", new() { ParentRunId = parent }, Cancel);
        await tracker.DeleteRunAsync(parent, Cancel);
        host.Time.Advance(31 * Day);

        var item = Assert.Single(await host.Get<IRegistryRetention>().PurgeAsync(cancellationToken: Cancel));

        Assert.False(item.Removed);
        Assert.Contains(child.Id.ToString(), item.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_held_is_not_purged_by_whoever_deleted_it()
    {
        await using var host = new RegistryHost();
        var tracker = host.Get<IExperimentTracker>();
        var run = await EndedAsync(host, "e", "mlp.hold");
        var traced = await tracker.GetOrCreateExperimentAsync("traced", Cancel);
        var trace = new TraceInfo
        {
            Id = "tr-1",
            ExperimentId = traced.Id,
            RequestTime = host.Time.GetUtcNow(),
            Tags = new Dictionary<string, string> { ["mlp.hold"] = "court order" },
        };
        await host.Get<ITraces>().DescribeAsync(trace, Cancel);
        await tracker.DeleteRunAsync(run, Cancel);
        await tracker.DeleteExperimentAsync(traced.Id, Cancel);
        host.Time.Advance(31 * Day);

        var spared = await host.Get<IRegistryRetention>().PurgeAsync(cancellationToken: Cancel);

        Assert.Equal(
            [(false, "It has the tag 'mlp.hold'."), (false, "'tr-1' in it has the tag 'mlp.hold'.")],
            spared.Select(i => (i.Removed, i.Reason))
        );
        await tracker.RestoreRunAsync(run, Cancel);
        await tracker.DeleteTagAsync(run, "mlp.hold", Cancel);
        await tracker.DeleteRunAsync(run, Cancel);
        host.Time.Advance(31 * Day);
        var purged = await host.Get<IRegistryRetention>().PurgeAsync(cancellationToken: Cancel);
        Assert.Equal(run.ToString(), Assert.Single(purged, i => i.Removed).Asset.Id);
    }

    [Fact]
    public void Rules_that_would_delete_everything_are_refused()
    {
        foreach (
            var (rule, said) in new (RetentionRule, string)[]
            {
                (new() { Model = "m" }, "would delete everything"),
                (new() { KeepLast = 1 }, "names an Experiment or a Model"),
                (
                    new()
                    {
                        Model = "m",
                        Experiment = "e",
                        KeepLast = 1,
                    },
                    "one of the two"
                ),
                (new() { Model = "m", KeepLast = -1 }, "negative"),
            }
        )
        {
            var host = new RegistryHost(o => o.Retention.Add(rule));
            var refused = Assert.Throws<OptionsValidationException>(() => host.Get<IOptions<RegistryOptions>>().Value);
            Assert.Contains("MlPlatform:Registry:Retention:0", refused.Message, StringComparison.Ordinal);
            Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_day_s_work_applies_rules_and_purges()
    {
        await using var host = new RegistryHost(o =>
        {
            o.Retention.Add(new() { Model = "m", KeepLast = 1 });
            o.PurgeDeletedAfter = TimeSpan.Zero;
        });
        await host.Models.RegisterVersionAsync("m", Of("1"), cancellationToken: Cancel);
        await host.Models.RegisterVersionAsync("m", Of("2"), cancellationToken: Cancel);
        var work = host.Get<IEnumerable<IRecurringWork>>().Single(w => w.Name == "registry.retention");

        await work.RunAsync(host.Time.GetUtcNow(), Cancel);

        Assert.Single(await host.EventsAsync(EventTypes.RegistryPurged));
    }

    private static async Task<RunId> EndedAsync(RegistryHost host, string experiment, string? tag = null)
    {
        var tags = tag is null ? [] : new Dictionary<string, string> { [tag] = "yes" };
        await using var run = await host.Get<IExperimentTracker>().StartRunAsync(experiment, new() { Tags = tags }, Cancel);
        await run.EndAsync(cancellationToken: Cancel);
        return run.Id;
    }

    private static Task<SortedDictionary<string, long>> CountAsync(RegistryHost host)
    {
        var sql = TestDatabase.IsPostgreSql
            ? "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE 'reg%'"
            : "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'reg%'";
        return host.Database.ReadAsync(
            async connection =>
            {
                var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
                foreach (var table in await connection.QueryAsync<string>(sql))
                {
                    counts[table] = await connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {table}");
                }

                return counts;
            },
            Cancel
        );
    }
}
