using System.Diagnostics;
using System.Globalization;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Registry;
using Npgsql;

namespace MlPlatform.Benchmarks;

/// <summary>
/// How the cost of tracking grows with the number of runs: the same operations at each size, in one process and on one database. Every run has ten points
/// of three metrics, two params and two tags. <c>--registry-growth [LARGEST] [--postgresql CONNECTION]</c>.
/// </summary>
internal static class RegistryGrowth
{
    private const int Repeats = 25;

    public static async Task RunAsync(string[] args)
    {
        var largest = args.Select(a => int.TryParse(a, CultureInfo.InvariantCulture, out var n) ? n : 0).Max() is > 0 and var asked
            ? asked
            : 1_000_000;
        var connection = args.SkipWhile(a => a != "--postgresql").ElementAtOrDefault(1);
        using var platform = new EmbeddedPlatform(b =>
        {
            if (connection is not null)
            {
                b.UsePostgreSql(connection, o => o.Schema = $"growth_{Environment.ProcessId}");
            }
        });
        var tracker = platform.Get<IExperimentTracker>();
        var database = platform.Get<IMetadataDatabase>();
        var experiment = await tracker.GetOrCreateExperimentAsync("growth");
        var operations = Operations(tracker, experiment).ToArray();
        Console.WriteLine($"Median and 95th percentile of {Repeats}, ms; {(connection is null ? "SQLite" : "PostgreSQL")}.");
        Console.WriteLine($"| Runs | Points | Filled in | {string.Join(" | ", operations.Select(o => o.Name))} |");
        Console.WriteLine($"|-:|-:|-:|{string.Concat(Enumerable.Repeat("-:|", operations.Length))}");
        var filled = 0;
        for (var size = Math.Min(largest, 10_000); size <= largest; size *= 10)
        {
            var clock = Stopwatch.StartNew();
            for (; filled < size; filled += Math.Min(50_000, size - filled))
            {
                await FillAsync(database, experiment, filled, Math.Min(filled + 50_000, size));
            }

            if (connection is not null) // What the server does by itself, a little later.
            {
                await using var server = new NpgsqlConnection(connection);
                await server.ExecuteAsync("VACUUM ANALYZE", commandTimeout: 600);
            }

            var filling = clock.Elapsed;
            var cells = new List<string>();
            foreach (var (_, run) in operations)
            {
                cells.Add(await MeasureAsync(run));
            }

            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {size:N0} | {size * 10:N0} | {filling.TotalSeconds:0} s | {string.Join(" | ", cells)} |"
                )
            );
        }
    }

    private static IEnumerable<(string Name, Func<int, Task> Run)> Operations(IExperimentTracker tracker, Experiment experiment)
    {
        var written = RunId.New(TimeProvider.System);
        yield return ("create run", _ => tracker.CreateRunAsync(experiment.Id));
        yield return (
            "log batch of 1,000",
            async i =>
            {
                if (await tracker.GetRunAsync(written) is null)
                {
                    await tracker.CreateRunAsync(experiment.Id, new() { RunId = written });
                }

                var points = Enumerable
                    .Range(0, 1000)
                    .Select(s => new MetricEntry($"m{s % 10}", s, (i * 1000L) + s, DateTimeOffset.UnixEpoch));
                await tracker.LogBatchAsync(written, new() { Metrics = [.. points] });
            }
        );
        yield return ("get run", i => tracker.GetRunAsync(RunId.Parse(IdOf(i * 37))));
        yield return ("newest 100", _ => SearchAsync(tracker, null, "attributes.start_time DESC"));
        yield return ("filter and order by a metric", _ => SearchAsync(tracker, "metrics.auc > 0.5", "metrics.auc DESC"));
        yield return (
            "3 clauses, order",
            _ => SearchAsync(tracker, "metrics.auc > 0.5 AND params.trainer = 't2' AND tags.team = 'x3'", "metrics.loss")
        );
    }

    private static async Task SearchAsync(IExperimentTracker tracker, string? filter, string order)
    {
        var page = await tracker.SearchRunsAsync(
            new()
            {
                Experiments = ["growth"],
                Filter = filter,
                OrderBy = [order],
                Limit = 100,
            }
        );
        if (page.Items.Count == 0)
        {
            throw new InvalidOperationException($"Nothing was found by '{filter}'.");
        }
    }

    private static async Task<string> MeasureAsync(Func<int, Task> run)
    {
        var times = new List<double>();
        for (var i = -3; i < Repeats; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            await run(i + 3);
            if (i >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
            }
        }

        times.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{times[Repeats / 2]:0.0} / {times[(int)(Repeats * 0.95)]:0.0}");
    }

    private static string IdOf(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"aaaaaaaaaaaaaa{100_000_000_000_000_000 + number}");

    /// <summary>Rows as the tracker would write them, by the database itself: a million runs in minutes.</summary>
    private static Task FillAsync(IMetadataDatabase database, Experiment experiment, int from, int to)
    {
        const string Series = "WITH RECURSIVE s (n) AS (SELECT CAST(@from AS BIGINT) UNION ALL SELECT n + 1 FROM s WHERE n + 1 < @to)";
        const string Id = "'aaaaaaaaaaaaaa' || CAST(100000000000000000 + n AS TEXT)";
        const string Value = "CAST((n * 7919 + k * 104729) % 100003 AS DOUBLE PRECISION) / 100003.0";
        const string Metrics = "(SELECT 'auc' AS name, 1 AS k UNION ALL SELECT 'loss', 2 UNION ALL SELECT 'recall', 3) m";
        string[] statements =
        [
            $"""
                INSERT INTO reg_run (id, experiment_id, name, status, start_time, actor_id)
                {Series} SELECT {Id}, @Id, 'run-' || CAST(n AS TEXT), 'FINISHED', 1000000000000000 + n * 1000, 'service:growth' FROM s
                """,
            $"""
                INSERT INTO reg_run_param (run_id, experiment_id, key, value)
                {Series} SELECT {Id}, @Id, 'trainer', 't' || CAST(n % 5 AS TEXT) FROM s UNION ALL SELECT {Id}, @Id, 'depth', CAST(n % 9 AS TEXT) FROM s
                """,
            $"""
                INSERT INTO reg_run_tag (run_id, experiment_id, key, value)
                {Series} SELECT {Id}, @Id, 'team', 'x' || CAST(n % 11 AS TEXT) FROM s UNION ALL SELECT {Id}, @Id, 'env', 'e' || CAST(n % 3 AS TEXT) FROM s
                """,
            $"""
                INSERT INTO reg_metric_latest (run_id, experiment_id, key, step, at, value, is_nan)
                {Series} SELECT {Id}, @Id, m.name, 3, 1000000000000000, {Value}, 0 FROM s CROSS JOIN {Metrics}
                """,
            $"""
                INSERT INTO reg_metric_point (run_id, key, step, at, value, is_nan)
                {Series} SELECT {Id}, m.name, 3, 1000000000000000, {Value}, 0 FROM s CROSS JOIN {Metrics}
                """,
            $"""
                INSERT INTO reg_metric_point (run_id, key, step, at, value, is_nan)
                {Series} SELECT {Id}, 'auc', -t.k, 1000000000000000, 0.5, 0
                FROM s CROSS JOIN (SELECT 1 AS k UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7) t
                """,
        ];
        return database.WriteAsync(
            Durability.Process,
            async work =>
            {
                foreach (var sql in statements)
                {
                    await work.Connection.ExecuteAsync(
                        sql,
                        new
                        {
                            from,
                            to,
                            experiment.Id,
                        },
                        work.Transaction,
                        commandTimeout: 600
                    );
                }
            }
        );
    }
}
