using BenchmarkDotNet.Attributes;
using DuckDB.NET.Data;
using MlPlatform.Features;

namespace MlPlatform.Benchmarks;

/// <summary>
/// Point-in-time features of three views for 100,000 rows over 300,000 events, against the same features by one join and one grouping a view,
/// written by hand in DuckDB over the same rows in Parquet.
/// </summary>
[MemoryDiagnoser]
public class TrainingSetBenchmark
{
    private const int Rows = 100_000;
    private const int Events = 300_000;
    private static readonly TimeSpan History = TimeSpan.FromDays(90);
    private FlightWorld world = null!;
    private DuckDBConnection connection = null!;
    private Departure[] departures = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        world = new();
        world.Clock.Set(FlightWorld.Start + History);
        var landings = world.Landings(Events, FlightWorld.Start, History);
        await world.Platform.Root.Features.PushAsync(FlightFeatures.Source, landings, PushTarget.Offline);
        departures = world.Departures(Rows, FlightWorld.Start, History);
        connection = new("DataSource=:memory:");
        await connection.OpenAsync();
        Execute("CREATE TABLE e (origin VARCHAR, destination VARCHAR, moment TIMESTAMP, delay FLOAT, late BOOLEAN)");
        Execute("CREATE TABLE f (id INTEGER, origin VARCHAR, destination VARCHAR, moment TIMESTAMP)");
        using (var appender = connection.CreateAppender("e"))
        {
            foreach (var l in landings)
            {
                appender
                    .CreateRow()
                    .AppendValue(l.Origin)
                    .AppendValue(l.Destination)
                    .AppendValue(l.At.UtcDateTime)
                    .AppendValue(l.Delay)
                    .AppendValue(l.Late)
                    .EndRow();
            }
        }

        using (var appender = connection.CreateAppender("f"))
        {
            for (var i = 0; i < departures.Length; i++)
            {
                var d = departures[i];
                appender
                    .CreateRow()
                    .AppendValue(i)
                    .AppendValue(d.Origin)
                    .AppendValue(d.Destination)
                    .AppendValue(d.DepartedAt.UtcDateTime)
                    .EndRow();
            }
        }

        Execute($"COPY e TO '{PathOf("e")}' (FORMAT parquet)");
        Execute($"COPY f TO '{PathOf("f")}' (FORMAT parquet)");
        Check(JoinAndGroupByHand()[^1], (await GetTrainingSetAsync())["route_delay"]);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        connection.Dispose();
        world.Dispose();
    }

    [Benchmark(Baseline = true)]
    public double[][] JoinAndGroupByHand() =>
        [
            .. View("e.origin = f.origin", "hour", "1 DAY"),
            .. View("e.destination = f.destination", "hour", "1 DAY"),
            .. View("e.origin = f.origin AND e.destination = f.destination", "day", "30 DAY"),
        ];

    [Benchmark]
    public async Task<TrainingSet> GetTrainingSetAsync() =>
        await world.Platform.Root.Features.GetTrainingSetAsync(departures, FlightFeatures.Service);

    private static void Check(double[] expected, FeatureColumn found)
    {
        var values = found.As<double>();
        for (var row = 0; row < Rows; row++)
        {
            if (double.IsNaN(expected[row]) ? !found.Nulls[row] : Math.Abs(expected[row] - values[row]) > 1e-6)
            {
                throw new InvalidOperationException($"Row {row}: {expected[row]} by hand, {found[row]} from the feature store.");
            }
        }
    }

    private double[][] View(string keys, string hop, string window)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT avg(CAST(e.late AS INTEGER)), avg(e.delay) FROM '{PathOf("f")}' f
            LEFT JOIN '{PathOf("e")}' e ON {keys} AND e.moment <= f.moment AND e.moment > date_trunc('{hop}', f.moment - INTERVAL {window})
            GROUP BY f.id ORDER BY f.id
            """;
        using var reader = command.ExecuteReader();
        var (late, delay) = (new double[Rows], new double[Rows]);
        for (var row = 0; reader.Read(); row++)
        {
            late[row] = reader.IsDBNull(0) ? double.NaN : reader.GetDouble(0);
            delay[row] = reader.IsDBNull(1) ? double.NaN : reader.GetDouble(1);
        }

        return [late, delay];
    }

    private string PathOf(string table) => Path.Combine(world.Platform.Directory, table + ".parquet");

    private void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
