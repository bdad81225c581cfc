using CsCheck;
using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Tests;

public sealed class RunSearchTests : IAsyncDisposable
{
    private readonly RegistryHost host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IExperimentTracker Tracker => host.Get<IExperimentTracker>();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData("metrics.auc > 0.7 AND params.trainer = 'lightgbm' AND attributes.status = 'FINISHED'", "b")]
    [InlineData("metrics.auc >= 0.7", "b c")]
    [InlineData("METRIC.auc < 7e-1", "a")]
    [InlineData("metrics.auc != 0.7", "a b e")]
    [InlineData("metrics.\"val auc\" <= -1.5", "a")]
    [InlineData("metrics.`val auc` > -1.5", "c")]
    [InlineData("metrics.val.p95 = 3", "b")]
    [InlineData("params.trainer != 'lightgbm'", "a c")]
    [InlineData("params.trainer LIKE 'Light%'", "c")]
    [InlineData("params.trainer ILIKE 'light_bm'", "b c")]
    [InlineData("tags.note LIKE '%*?[x]%'", "a")]
    [InlineData("tags.note = \"it's; DROP TABLE reg_run --\"", "b")]
    [InlineData("status = 'FAILED'", "e")]
    [InlineData("attributes.run_name ILIKE 'A'", "a")]
    [InlineData("start_time >= 1767225602000 and start_time < 1767225604000", "c d")]
    [InlineData("params.trainer = 'fasttree' OR status = 'FAILED'", "a e")]
    [InlineData("params.trainer = 'fasttree' OR metrics.auc > 0.6 AND params.trainer LIKE 'L%'", "a c")]
    [InlineData("(params.trainer = 'fasttree' OR metrics.auc > 0.6) AND params.trainer LIKE 'L%'", "c")]
    [InlineData("NOT params.trainer = 'lightgbm'", "a c d e")]
    [InlineData("NOT params.trainer != 'lightgbm'", "b d e")]
    [InlineData("NOT (metrics.auc > 0.6 OR params.trainer = 'fasttree')", "d e")]
    [InlineData("metrics.auc IS NULL", "d")]
    [InlineData("metrics.auc IS NOT NULL AND NOT metrics.auc > 0", "e")]
    [InlineData("params.trainer is null", "d e")]
    [InlineData("end_time IS NOT NULL", "a b c d e")]
    [InlineData("status IN ('FAILED', 'KILLED')", "e")]
    [InlineData("run_name NOT IN ('a', 'b')", "c d e")]
    [InlineData("`Run Name` = 'a'", "a")]
    [InlineData("created < 1767225601000", "a")]
    [InlineData("tags.note ILIKE 'ÄRGER'", "c")]
    [InlineData("artifact_uri LIKE 'mlflow-artifacts:/%/artifacts' AND run_name = 'd'", "d")]
    [InlineData("user_id LIKE 'service:%' AND experiment_id IS NOT NULL", "a b c d e")]
    [InlineData("datasets.name = 'landings' AND dataset.digest IN ('q1', 'q2')", "b")]
    [InlineData("", "a b c d e")]
    public async Task A_filter_finds_the_runs_it_describes(string filter, string names)
    {
        await SeedAsync();
        Assert.Equal(names, await NamesAsync(filter));
    }

    [Fact]
    public async Task What_cannot_be_understood_is_refused_before_anything_is_read()
    {
        RunQuery[] refused =
        [
            new() { Filter = "metrics.auc > 'x'" },
            new() { OrderBy = ["metrics.auc UP"] },
            new() { OrderBy = ["metrics.auc", "metric.auc DESC"] },
            new() { OrderBy = [null!] },
            new() { ExperimentIds = ["a\0"] },
            new() { Experiments = ["\ud83d"] },
        ];
        foreach (var query in refused)
        {
            await Assert.ThrowsAsync<InvalidSearchException>(() => Tracker.SearchRunsAsync(query, Cancel));
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Tracker.SearchRunsAsync(new() { Limit = 50_001 }, Cancel));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Tracker.SearchRunsAsync(new() { Limit = 0 }, Cancel));
    }

    [Theory]
    [InlineData("metrics.auc ASC", "a c b e d")]
    [InlineData("metrics.auc DESC", "b c a e d")]
    [InlineData("params.trainer", "c a b e d")]
    [InlineData("attributes.end_time DESC", "e d c b a")]
    [InlineData("run_name DESC", "e d c b a")]
    [InlineData(null, "e d c b a")]
    public async Task An_order_puts_missing_values_last_in_both_directions(string? order, string names)
    {
        await SeedAsync();
        foreach (var limit in new[] { 1, 2, 5 })
        {
            var found = await PagesAsync(
                new()
                {
                    Experiments = ["flights"],
                    OrderBy = order is null ? [] : [order],
                    Limit = limit,
                }
            );
            Assert.Equal(names, string.Join(' ', found.Select(r => r.Name)));
        }
    }

    [Fact]
    public async Task Pages_give_each_run_once_in_order_whatever_its_metrics()
    {
        var value = Gen.OneOf(
            Gen.Double[-2, 2],
            Gen.Int[-1, 1].Select(i => (double)i),
            Gen.Const(double.NaN),
            Gen.Const(double.PositiveInfinity),
            Gen.Const(double.NegativeInfinity)
        );
        var experiment = 0;
        await Gen.Select(Gen.OneOf(value.Select(v => (double?)v), Gen.Const((double?)null)).Array[1, 8], Gen.Bool, Gen.Int[1, 4])
            .SampleAsync(
                async (values, descending, limit) =>
                {
                    var name = $"x{experiment++}";
                    for (var i = 0; i < values.Length; i++)
                    {
                        await using var run = await Tracker.StartRunAsync(name, new() { Name = $"{i}" }, Cancel);
                        if (values[i] is { } v)
                        {
                            run.LogMetric("m", v);
                        }

                        host.Time.Advance(TimeSpan.FromSeconds(1));
                    }

                    var expected = values
                        .Select((v, i) => (Value: v, Index: i))
                        .OrderBy(x =>
                            x.Value is null ? 2
                            : double.IsNaN(x.Value.Value) ? 1
                            : 0
                        )
                        .ThenBy(x =>
                            x.Value is null or double.NaN ? 0
                            : descending ? -x.Value.Value
                            : x.Value.Value
                        )
                        .ThenByDescending(x => x.Index)
                        .Select(x => $"{x.Index}");
                    var query = new RunQuery
                    {
                        Experiments = [name],
                        OrderBy = [$"metrics.m {(descending ? "DESC" : "ASC")}"],
                        Limit = limit,
                    };
                    return (await PagesAsync(query)).Select(r => r.Name).SequenceEqual(expected);
                },
                iter: 40,
                threads: 1
            );
    }

    [Fact]
    public async Task A_run_that_comes_in_between_pages_shifts_nothing()
    {
        await SeedAsync();
        var query = new RunQuery { Experiments = ["flights"], Limit = 2 };
        var first = await Tracker.SearchRunsAsync(query, Cancel);
        await using (await Tracker.StartRunAsync("flights", new() { Name = "late" }, Cancel)) { }
        var second = await Tracker.SearchRunsAsync(query with { PageToken = first.NextPageToken }, Cancel);

        Assert.Equal(["e", "d", "c", "b"], first.Items.Concat(second.Items).Select(r => r.Name));
    }

    [Fact]
    public async Task A_token_of_another_query_or_a_changed_one_is_refused()
    {
        await SeedAsync();
        var token = (await Tracker.SearchRunsAsync(new() { Limit = 1 }, Cancel)).NextPageToken!;
        RunQuery[] refused =
        [
            new() { PageToken = token, Filter = "status = 'FAILED'" },
            new() { PageToken = token, OrderBy = ["run_name"] },
            new() { PageToken = token, Experiments = ["flights"] },
            new() { PageToken = "x" + token },
            new() { PageToken = "%%%" },
        ];
        foreach (var query in refused)
        {
            var error = await Assert.ThrowsAsync<InvalidSearchException>(() => Tracker.SearchRunsAsync(query, Cancel));
            Assert.Equal("page token", error.Part);
        }
    }

    [Fact]
    public async Task A_token_with_any_character_changed_is_refused()
    {
        await SeedAsync();
        var query = new RunQuery { Limit = 1, OrderBy = ["metrics.auc", "params.trainer DESC"] };
        var token = (await Tracker.SearchRunsAsync(query, Cancel)).NextPageToken!;
        for (var i = 0; i < token.Length - 1; i++) // The last character may hold bits that no byte has.
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            await Assert.ThrowsAsync<InvalidSearchException>(() => Tracker.SearchRunsAsync(query with { PageToken = changed }, Cancel));
        }

        Assert.Single((await Tracker.SearchRunsAsync(query with { PageToken = token, Fields = RunFields.None }, Cancel)).Items);
    }

    [Fact]
    public async Task A_page_holds_what_was_asked_for_of_each_run()
    {
        await SeedAsync();
        async Task<RunInfo> FindAsync(RunFields fields) =>
            (await Tracker.SearchRunsAsync(new() { Filter = "run_name = 'b'", Fields = fields }, Cancel)).Items.Single();

        var none = await FindAsync(RunFields.None);
        Assert.Equal((0, 0, 0, 0), (none.Params.Count, none.Metrics.Count, none.Tags.Count, none.Inputs.Count));
        var some = await FindAsync(RunFields.Params | RunFields.Inputs);
        Assert.Equal((1, 0, 0, 1), (some.Params.Count, some.Metrics.Count, some.Tags.Count, some.Inputs.Count));
        var all = await FindAsync(RunFields.All);
        Assert.Equal((1, 2, 1, 1), (all.Params.Count, all.Metrics.Count, all.Tags.Count, all.Inputs.Count));
    }

    [Fact]
    public async Task A_long_page_is_loaded_whole_and_in_order()
    {
        await host.Database.WriteAsync(
            Durability.Process,
            async work =>
            {
                await work.Connection.ExecuteAsync("INSERT INTO reg_experiment (id, name, created_at, updated_at) VALUES ('e', 'e', 1, 1)");
                await work.Connection.ExecuteAsync(
                    "INSERT INTO reg_run (id, experiment_id, name, status, start_time, actor_id) VALUES (@id, 'e', @name, 'FINISHED', @i, 'x')",
                    Enumerable
                        .Range(0, 1201)
                        .Select(i => new
                        {
                            id = $"{i * 7919 % 1201:x32}",
                            name = $"{i}",
                            i,
                        }),
                    work.Transaction
                );
            },
            Cancel
        );
        var page = await Tracker.SearchRunsAsync(
            new()
            {
                Experiments = ["e"],
                OrderBy = ["start_time"],
                Limit = 1200,
            },
            Cancel
        );

        Assert.Equal(Enumerable.Range(0, 1200).Select(i => $"{i}"), page.Items.Select(r => r.Name));
        Assert.NotNull(page.NextPageToken);
    }

    [Fact]
    public async Task A_search_stays_in_its_experiment()
    {
        await SeedAsync();
        await using (await Tracker.StartRunAsync("other", new() { Name = "z" }, Cancel)) { }

        Assert.Equal("a b c d e", await NamesAsync(string.Empty));
        Assert.Equal(6, (await Tracker.SearchRunsAsync(new(), Cancel)).Items.Count);
        Assert.Empty((await Tracker.SearchRunsAsync(new() { Experiments = ["none"] }, Cancel)).Items);
        var other = await Tracker.GetOrCreateExperimentAsync("other", Cancel);
        Assert.Equal("z", (await Tracker.SearchRunsAsync(new() { ExperimentIds = [other.Id] }, Cancel)).Items.Single().Name);
        var both = new RunQuery
        {
            ExperimentIds = [other.Id],
            Experiments = ["flights", "other"],
            Limit = 6,
        };
        Assert.Equal("z e d c b a", string.Join(' ', (await Tracker.SearchRunsAsync(both, Cancel)).Items.Select(r => r.Name)));
        var many = both with { ExperimentIds = [.. Enumerable.Range(0, 50_000).Select(i => $"none{i}"), other.Id] };
        Assert.Equal("z e d c b a", string.Join(' ', (await Tracker.SearchRunsAsync(many, Cancel)).Items.Select(r => r.Name)));
    }

    private async Task<string> NamesAsync(string filter) =>
        string.Join(
            ' ',
            (await Tracker.SearchRunsAsync(new() { Experiments = ["flights"], Filter = filter }, Cancel))
                .Items.Select(r => r.Name)
                .Order(StringComparer.Ordinal)
        );

    private async Task<List<RunInfo>> PagesAsync(RunQuery query)
    {
        var found = new List<RunInfo>();
        string? token = null;
        do
        {
            var page = await Tracker.SearchRunsAsync(query with { PageToken = token }, Cancel);
            found.AddRange(page.Items);
            token = page.NextPageToken;
        } while (token is not null);

        return found;
    }

    /// <summary>Five runs, a second apart: d has nothing, e has a metric that is not a number and failed.</summary>
    private async Task SeedAsync()
    {
        await AddAsync("a", 0.5, "fasttree", run => run.LogMetric("val auc", -1.5), "a*?[x]b");
        await AddAsync("b", 0.9, "lightgbm", run => run.LogMetric("val.p95", 3), "it's; DROP TABLE reg_run --");
        await AddAsync("c", 0.7, "LightGbm", run => run.LogMetric("val auc", 2), "Ärger");
        await AddAsync("d", null, null, _ => { }, null);
        await AddAsync("e", double.NaN, null, _ => { }, null, RunStatus.Failed);
    }

    private async Task AddAsync(
        string name,
        double? auc,
        string? trainer,
        Action<IRun> log,
        string? note,
        RunStatus end = RunStatus.Finished
    )
    {
        await using var run = await Tracker.StartRunAsync("flights", new() { Name = name }, Cancel);
        if (auc is { } value)
        {
            run.LogMetric("auc", value);
        }

        log(run);
        if (name == "b")
        {
            await run.LogInputAsync(new("landings", "q1"), Cancel);
        }

        if (trainer is not null)
        {
            await run.LogParamAsync("trainer", trainer, Cancel);
        }

        if (note is not null)
        {
            await run.SetTagAsync("note", note, Cancel);
        }

        await run.EndAsync(end, Cancel);
        host.Time.Advance(TimeSpan.FromSeconds(1));
    }
}
