using BenchmarkDotNet.Attributes;
using Microsoft.Data.Sqlite;
using MlPlatform.Core;

namespace MlPlatform.Benchmarks;

/// <summary>
/// The features of one flight from three views of windowed aggregates, against finished values in three dictionaries and in three rows of SQLite.
/// </summary>
[MemoryDiagnoser]
public class OnlineReadBenchmark
{
    private const int Keys = 1024;
    private readonly FeatureVector destination = new();
    private FlightWorld world = null!;
    private IFeatureReader reader = null!;
    private Dictionary<string, FeatureValue>[] requests = null!;
    private HandMadeFeatures byHand = null!;
    private SqliteConnection connection = null!;
    private SqliteCommand command = null!;
    private int at;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        world = new();
        var landings = world.Landings(5_000, FlightWorld.Start, TimeSpan.FromDays(2));
        world.Clock.Set(FlightWorld.Start.AddDays(2));
        await world.Platform.Root.Features.PushAsync(FlightFeatures.Source, landings);
        reader = world.Platform.Get<IFeatureReader>();
        requests =
        [
            .. world
                .Departures(Keys, FlightWorld.Start, TimeSpan.FromDays(1))
                .Select(d => new Dictionary<string, FeatureValue>(StringComparer.Ordinal)
                {
                    ["origin"] = FeatureValue.Of(d.Origin),
                    ["destination"] = FeatureValue.Of(d.Destination),
                }),
        ];
        byHand = new(landings);
        connection = new($"Data Source={Path.Combine(world.Platform.Directory, "bare.db")};Pooling=false");
        await connection.OpenAsync();
        command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; CREATE TABLE feature (key TEXT PRIMARY KEY, late REAL, delay REAL)";
        await command.ExecuteNonQueryAsync();
        foreach (var (key, (late, delay)) in byHand.All)
        {
            command.CommandText = $"INSERT INTO feature VALUES ('{key}', {late:R}, {delay:R})";
            await command.ExecuteNonQueryAsync();
        }

        command.CommandText = "SELECT late, delay FROM feature WHERE key = $key";
        command.Parameters.AddWithValue("$key", string.Empty);
        for (var i = 0; i < Keys; i++)
        {
            await ReadAsync();
        }
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await command.DisposeAsync();
        await connection.DisposeAsync();
        world.Dispose();
    }

    [Benchmark(Baseline = true)]
    public double DictionariesByHand()
    {
        var (origin, goal) = Next();
        return byHand.Origin(origin).Late + byHand.Destination(goal).Late + byHand.Route(origin, goal).Late;
    }

    [Benchmark]
    public double BareSqlite()
    {
        var (origin, goal) = Next();
        var sum = 0.0;
        foreach (var key in (ReadOnlySpan<string>)["o" + origin, "d" + goal, $"{origin}-{goal}"])
        {
            command.Parameters[0].Value = key;
            using var rows = command.ExecuteReader();
            sum += rows.Read() ? rows.GetDouble(0) : 0;
        }

        return sum;
    }

    [Benchmark]
    public ValueTask ReadAsync() => reader.ReadAsync(FlightFeatures.Service, requests[at++ % Keys], destination);

    private (string Origin, string Destination) Next()
    {
        var request = requests[at++ % Keys];
        return (request["origin"].AsString()!, request["destination"].AsString()!);
    }
}
