using MlPlatform.Core;
using static MlPlatform.Registry.Tests.Packages;

namespace MlPlatform.Registry.Tests;

/// <summary>Many writers in two processes on one database.</summary>
public sealed class ConcurrencyTests : IAsyncDisposable
{
    private const int Writers = 32;
    private readonly RegistryHost first = new();
    private readonly RegistryHost second;

    public ConcurrencyTests() => second = new(replicaOf: first);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await second.DisposeAsync();
        await first.DisposeAsync();
    }

    [Fact]
    public async Task Versions_have_no_gap_when_some_of_the_writers_of_two_hosts_fail()
    {
        var outcomes = await ManyAsync(
            async (host, i) =>
            {
                var package = await host.Models.StorePackageAsync(Of($"{i}"), Cancel);
                try
                {
                    return await host.Database.WriteAsync(
                        Durability.Power,
                        async work =>
                        {
                            var version = await host.Models.RegisterVersionAsync(work, "m", package);
                            return i % 4 == 0 ? throw new InvalidOperationException("after the registration") : (int?)version.Id.Version;
                        },
                        Cancel
                    );
                }
                catch (InvalidOperationException)
                {
                    return null;
                }
            }
        );

        const int Kept = Writers - (Writers / 4);
        Assert.Equal(Enumerable.Range(1, Kept), outcomes.OfType<int>().Order());
        Assert.Equal(Kept + 1, (await first.Models.RegisterVersionAsync("m", Of("next"), null, Cancel)).Id.Version);
        Assert.Equal(Kept + 1, (await second.EventsAsync(EventTypes.ModelVersionCreated)).Count);
        Assert.Single(await second.EventsAsync(EventTypes.ModelCreated));
    }

    [Fact]
    public async Task Key_that_all_writers_give_makes_one_version()
    {
        var versions = await ManyAsync(
            (host, i) => host.Models.RegisterVersionAsync("m", Of($"{i}"), new() { IdempotencyKey = "k" }, Cancel)
        );
        Assert.All(versions, v => Assert.Equal(1, v.Id.Version));
        Assert.Equal(2, (await first.Models.RegisterVersionAsync("m", Of("next"), null, Cancel)).Id.Version);
    }

    [Fact]
    public async Task Alias_moves_that_expect_nothing_all_happen_one_after_the_other()
    {
        for (var i = 0; i < Writers; i++)
        {
            await first.Models.RegisterVersionAsync("m", Of($"{i}"), null, Cancel);
        }

        await ManyAsync(
            (host, i) => host.Models.SetAliasAsync("m", "champion", i + 1, null, new AliasMoveReason(AliasMoveKind.Human, "test"), Cancel)
        );

        var history = (await first.Models.GetAliasHistoryAsync("m", "champion", Cancel)).ToList();
        Assert.Equal(Enumerable.Range(1, Writers), history.Select(h => h.Version!.Value).Order());
        var last = Assert.Single(history, h => h.To is null);
        Assert.Equal((await second.Models.GetAliasAsync("m", "champion", Cancel))!.Version, last.Version);

        // Each move began where another ended: the versions before are all but the last, and nothing once.
        var before = history.Select(h => h.Previous).ToHashSet();
        Assert.Equal(Writers, before.Count);
        Assert.Contains(null, before);
        Assert.DoesNotContain(last.Version, before);
        Assert.Equal(Writers, (await first.EventsAsync(EventTypes.AliasMoved)).Count);
    }

    [Fact]
    public async Task Name_of_an_experiment_goes_to_one_of_those_that_take_it_and_make_it_at_once()
    {
        for (var round = 0; round < 5; round++)
        {
            var name = $"taken {round}";
            var mine = await ManyAsync(
                (host, i) => host.Get<IExperimentTracker>().CreateExperimentAsync($"mine {round}/{i}", null, Cancel)
            );
            var outcomes = await ManyAsync(
                async (host, i) =>
                {
                    try
                    {
                        var tracker = host.Get<IExperimentTracker>();
                        await (
                            i % 3 == 0
                                ? tracker.CreateExperimentAsync(name, null, Cancel)
                                : tracker.RenameExperimentAsync(mine[i].Id, name, Cancel)
                        );
                        return true;
                    }
                    catch (AssetExistsException)
                    {
                        return false;
                    }
                }
            );
            Assert.Single(outcomes, took => took);
            Assert.NotNull(await second.Get<IExperimentTracker>().FindExperimentAsync(name, Cancel));
        }
    }

    [Fact]
    public async Task Runs_that_are_made_parts_of_each_other_at_once_form_no_circle()
    {
        for (var round = 0; round < 5; round++)
        {
            var tracker = first.Get<IExperimentTracker>();
            var experiment = await tracker.CreateExperimentAsync($"nested {round}", null, Cancel);
            var one = (await tracker.CreateRunAsync(experiment.Id, null, Cancel)).Id;
            var two = (await tracker.CreateRunAsync(experiment.Id, null, Cancel)).Id;
            await ManyAsync(
                async (host, i) =>
                {
                    var (run, above) = i % 2 == 0 ? (one, two) : (two, one);
                    var tags = new[] { KeyValuePair.Create("mlflow.parentRunId", $"{above}") };
                    await host.Get<IExperimentTracker>().LogBatchAsync(run, new() { Tags = tags }, Cancel);
                    return true;
                }
            );
            RunId?[] parents =
            [
                (await tracker.GetRunAsync(one, Cancel))!.ParentRunId,
                (await tracker.GetRunAsync(two, Cancel))!.ParentRunId,
            ];
            Assert.Single(parents, p => p is null);
        }
    }

    [Fact]
    public async Task Run_that_all_writers_start_is_one_run()
    {
        var id = RunId.New(first.Time);
        await ManyAsync(
            async (host, i) =>
            {
                await host.Get<IExperimentTracker>().StartRunAsync("flights", new() { RunId = id }, Cancel);
                return true;
            }
        );
        Assert.Single(await first.EventsAsync(EventTypes.RunStarted));
        Assert.Single(await first.EventsAsync(EventTypes.ExperimentCreated));
    }

    private Task<T[]> ManyAsync<T>(Func<RegistryHost, int, Task<T>> act) =>
        Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Task.Run(() => act(i % 2 == 0 ? first : second, i), Cancel)));
}
