using CsCheck;
using Dapper;
using MlPlatform.Core;
using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry.Tests;

/// <summary>The engine against the oracle, on random runs, filters and orders.</summary>
public sealed class SearchEngineTests : IAsyncDisposable
{
    private readonly RegistryHost host = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Gen<IReadOnlyDictionary<string, double>> Metrics =>
        Gen.Select(Maybe(Metric), Maybe(Metric), (m, n) => (IReadOnlyDictionary<string, double>)ToMap(("m", m), ("n/2", n)));

    private static Gen<double> Metric =>
        Gen.OneOf([.. SearchGenerators.Numbers, double.NaN, double.PositiveInfinity, double.NegativeInfinity]);

    private static Gen<IReadOnlyDictionary<string, string>> Params =>
        Gen.Select(MaybeText, MaybeText, (p, q) => (IReadOnlyDictionary<string, string>)ToMap(("p", p), ("q q", q)));

    private static Gen<IReadOnlyDictionary<string, string>> Tags =>
        Gen.Select(MaybeText, MaybeText, (p, u) => (IReadOnlyDictionary<string, string>)ToMap(("p", p), ("t.u", u)));

    private static Gen<string?> MaybeText => Gen.OneOf(Gen.OneOf(SearchGenerators.Texts).Select(t => (string?)t), Gen.Const((string?)null));

    private static Gen<OracleRun> AnyRun =>
        from experiment in Gen.Int[0, 19]
        from name in Gen.OneOf(SearchGenerators.Texts)
        from status in Gen.OneOf("FINISHED", "FAILED")
        from start in Gen.OneOf(SearchGenerators.Times)
        from end in Maybe(Gen.OneOf(SearchGenerators.Times))
        from isDeleted in Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true)))
        from metrics in Metrics
        from parameters in Params
        from tags in Tags
        from dataset in Gen.Select(MaybeText, Gen.OneOf(SearchGenerators.Texts), MaybeText)
        select new OracleRun(string.Empty, experiment, name, status, start, end, isDeleted)
        {
            Metrics = metrics,
            Params = parameters,
            Tags = tags,
            Dataset = dataset.Item1 is null ? null : (dataset.Item1, dataset.Item2, dataset.Item3),
        };

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task The_engine_finds_what_the_oracle_finds_in_its_order_page_by_page()
    {
        var search = Gen.Select(
            Gen.OneOf(SearchGenerators.Filter.Select(f => (SearchNode?)f), Gen.Const((SearchNode?)null)),
            SearchGenerators.Orders,
            Gen.OneOf(1, 2, 16, 17, 20),
            Gen.Enum<LifecycleView>(),
            Gen.Int[1, 20],
            Gen.OneOf(0, 5, 10_000)
        );
        await Gen.Select(AnyRun.Array[0, 25], search.Array[12])
            .SampleAsync(
                async (some, searches) =>
                {
                    await ClearAsync();
                    var runs = await SeedAsync(some.Select((r, i) => r with { Id = $"{i * 37 % 100:x32}" }));
                    foreach (var (filter, orders, experiments, view, limit, fewRows) in searches)
                    {
                        await CheckAsync(runs, filter, orders, experiments, view, limit, fewRows);
                    }
                },
                iter: 120,
                threads: 1
            );
    }

    [Fact]
    public async Task Runs_that_come_in_between_pages_neither_repeat_nor_hide_those_that_were_there()
    {
        var next = 0;
        await Gen.Select(SearchGenerators.Orders, AnyRun.Array[1, 15], AnyRun.Array[10], Gen.Int[1, 4], Gen.OneOf(0, 10_000))
            .SampleAsync(
                async (orders, before, later, limit, fewRows) =>
                {
                    await ClearAsync();
                    var runs = await SeedAsync(before.Select(r => r with { Id = $"{next++:x32}", IsDeleted = false }));
                    var request = new SearchRequest
                    {
                        Schema = RunSchema.Instance,
                        Filter = "status IS NOT NULL",
                        Orders = orders,
                        Limit = limit,
                        ExperimentIds = [.. Enumerable.Range(0, 12).Select(i => $"e{i}")],
                    };
                    var comes = new Queue<OracleRun>(later);
                    var found = await PagesAsync(
                        request,
                        fewRows,
                        async () =>
                        {
                            if (comes.TryDequeue(out var run))
                            {
                                await SeedAsync([run with { Id = $"{next++:x32}", IsDeleted = false }]);
                            }
                        }
                    );

                    var expected = SearchOracle.Find(runs.Where(r => r.Experiment < 12), null, orders).Select(r => r.Id).ToList();
                    Assert.Equal(found.Distinct(), found);
                    Assert.Equal(expected, found.Where(expected.Contains));
                },
                iter: 60,
                threads: 1
            );
    }

    [Theory]
    [InlineData("params.p = 'x'", "metrics.m", "reg_run_param_value", 10_000)]
    [InlineData("metrics.m > 1", "start_time", "reg_metric_latest_value", 10_000)]
    [InlineData("tags.p = 'x'", "metrics.m DESC", "reg_metric_latest_value", 0)]
    [InlineData("tags.p = 'x'", "start_time DESC", "reg_run_experiment", 0)]
    [InlineData("tags.p LIKE 'x'", "params.p", "reg_run_param_value", 0)]
    public async Task The_driving_table_is_read_by_its_index(string filter, string order, string index, int fewRows)
    {
        Assert.SkipWhen(
            TestDatabase.IsPostgreSql,
            "The plan is read in SQLite's form; PostgreSQL plans by statistics, which a test's few rows do not give."
        );
        var plan = new SearchPlan(
            new()
            {
                Schema = RunSchema.Instance,
                Filter = filter,
                Orders = SearchText.ParseOrders([order]),
                Limit = 10,
            }
        );
        var driver = fewRows == 0 ? null : SearchDriver.Candidates(plan)[0];
        var (sql, parameters) = new SearchStatement(plan, host.Database.Dialect, ["e1"], driver).Write(SearchPhase.Value, null, 11);
        var steps = await host.Database.ReadAsync(
            async c => (await c.QueryAsync<(int, int, int, string Detail)>($"EXPLAIN QUERY PLAN {sql}", parameters)).Select(s => s.Detail),
            Cancel
        );

        Assert.Contains($"USING {(fewRows > 0 || index == "reg_metric_latest_value" ? "COVERING " : "")}INDEX {index}", steps.First());
    }

    private async Task CheckAsync(
        List<OracleRun> runs,
        SearchNode? filter,
        SearchOrderKey[] orders,
        int experiments,
        LifecycleView view,
        int limit,
        int fewRows
    )
    {
        var request = new SearchRequest
        {
            Schema = RunSchema.Instance,
            Filter = filter is null ? null : SearchPrinter.Print(filter),
            Orders = orders,
            View = view,
            Limit = limit,
            ExperimentIds = experiments == 20 ? [] : [.. Enumerable.Range(0, experiments).Select(i => $"e{i}")],
        };
        var seen = runs.Where(r => r.Experiment < experiments)
            .Where(r => view == LifecycleView.All || r.IsDeleted == (view == LifecycleView.DeletedOnly));
        var expected = SearchOracle.Find(seen, filter, orders).Select(r => r.Id);
        var found = await PagesAsync(request, fewRows);
        Assert.True(
            expected.SequenceEqual(found),
            $"Filter: {request.Filter}\nOrder: {string.Join(", ", orders.Select(o => $"{o.Key} {o.IsDescending}"))}\n{request}\n"
                + $"Expected: {string.Join(' ', expected)}\nFound: {string.Join(' ', found)}"
        );
    }

    private static Gen<T?> Maybe<T>(Gen<T> value)
        where T : struct => Gen.OneOf(value.Select(v => (T?)v), value.Select(v => (T?)v), Gen.Const((T?)null));

    private static Dictionary<string, double> ToMap(params (string Key, double? Value)[] values) =>
        values.Where(v => v.Value is not null).ToDictionary(v => v.Key, v => v.Value!.Value);

    private static Dictionary<string, string> ToMap(params (string Key, string? Value)[] values) =>
        values.Where(v => v.Value is not null).ToDictionary(v => v.Key, v => v.Value!);

    private async Task<List<string>> PagesAsync(SearchRequest request, int fewRows, Func<Task>? between = null)
    {
        var engine = new SearchEngine(host.Database, fewRows);
        var found = new List<string>();
        string? token = null;
        do
        {
            var page = await engine.SearchAsync<string>(
                request with
                {
                    PageToken = token,
                },
                (_, rows) => Task.FromResult<IReadOnlyList<string>>([.. rows.Select(r => r.Id[0])]),
                Cancel
            );
            found.AddRange(page.Items);
            token = page.NextPageToken;
            Assert.True(token is null || page.Items.Count == request.Limit, "A page with a next one is full.");
            Assert.True(found.Count <= 1000, "Pages that repeat would never end.");
            if (between is not null)
            {
                await between();
            }
        } while (token is not null);

        return found;
    }

    private async Task<List<OracleRun>> SeedAsync(IEnumerable<OracleRun> runs)
    {
        var seeded = runs.ToList();
        await host.Database.WriteAsync(
            Durability.Process,
            async work =>
            {
                foreach (var run in seeded)
                {
                    await WriteAsync(work, run);
                }
            },
            Cancel
        );
        return seeded;
    }

    private Task ClearAsync() =>
        host.Database.WriteAsync(
            Durability.Process,
            async work =>
            {
                string[] tables =
                [
                    "reg_run_input_tag",
                    "reg_run_input",
                    "reg_dataset",
                    "reg_metric_latest",
                    "reg_run_param",
                    "reg_run_tag",
                    "reg_run",
                ];
                foreach (var table in tables)
                {
                    await work.Connection.ExecuteAsync($"DELETE FROM {table}", null, work.Transaction);
                }
            },
            Cancel
        );

    private static async Task WriteAsync(IUnitOfWork work, OracleRun run)
    {
        Task Insert(string sql, object row) => work.Connection.ExecuteAsync(sql, row, work.Transaction);
        var experiment = $"e{run.Experiment}";
        await Insert(
            "INSERT INTO reg_experiment (id, name, created_at, updated_at) VALUES (@experiment, @experiment, 1, 1) ON CONFLICT (id) DO NOTHING",
            new { experiment }
        );
        await Insert(
            """
            INSERT INTO reg_run (id, experiment_id, name, status, start_time, end_time, actor_id, deleted_at)
            VALUES (@Id, @experiment, @Name, @Status, @Start, @End, 'service:x', @Deleted)
            """,
            new
            {
                run.Id,
                experiment,
                run.Name,
                run.Status,
                run.Start,
                run.End,
                Deleted = run.IsDeleted ? 1 : (int?)null,
            }
        );
        foreach (var (key, value) in run.Metrics)
        {
            await Insert(
                """
                INSERT INTO reg_metric_latest (run_id, experiment_id, key, step, at, value, is_nan)
                VALUES (@Id, @experiment, @key, 0, 0, @Value, @IsNan)
                """,
                new
                {
                    run.Id,
                    experiment,
                    key,
                    Value = double.IsNaN(value) ? 0 : value,
                    IsNan = double.IsNaN(value) ? 1 : 0,
                }
            );
        }

        foreach (var (table, values) in new[] { ("reg_run_param", run.Params), ("reg_run_tag", run.Tags) })
        {
            foreach (var (key, value) in values)
            {
                var row = new
                {
                    run.Id,
                    experiment,
                    key,
                    value,
                };
                await Insert($"INSERT INTO {table} (run_id, experiment_id, key, value) VALUES (@Id, @experiment, @key, @value)", row);
            }
        }

        const string Dataset = "(SELECT id FROM reg_dataset WHERE experiment_id = @experiment AND name = @name AND digest = @digest)";
        if (run.Dataset is var (name, digest, context))
        {
            var row = new
            {
                run.Id,
                experiment,
                name,
                digest,
                context,
            };
            await Insert(
                """
                INSERT INTO reg_dataset (id, experiment_id, name, digest) VALUES ('d' || @Id, @experiment, @name, @digest)
                ON CONFLICT (experiment_id, name, digest) DO NOTHING
                """,
                row
            );
            await Insert($"INSERT INTO reg_run_input (run_id, dataset_id) SELECT @Id, {Dataset}", row);
            if (context is not null)
            {
                await Insert(
                    $"INSERT INTO reg_run_input_tag (run_id, dataset_id, key, value) SELECT @Id, {Dataset}, 'mlflow.data.context', @context",
                    row
                );
            }
        }
    }
}
