using BenchmarkDotNet.Attributes;
using Microsoft.Data.Sqlite;
using MlPlatform.Core;

namespace MlPlatform.Benchmarks;

/// <summary>
/// Seven hundred events of an hour with ids, of keys that are also served, taken into history and three aggregate views, stored when the call returns, against the same
/// events inserted by hand in one transaction, which computes nothing.
/// </summary>
[MemoryDiagnoser]
public class PushBenchmark
{
    private const int Events = 700;
    private FlightWorld world = null!;
    private SqliteConnection connection = null!;
    private readonly Dictionary<string, FeatureValue>[] requests =
    [
        .. from origin in FlightWorld.Airports
        from goal in FlightWorld.Airports
        select new Dictionary<string, FeatureValue>(StringComparer.Ordinal)
        {
            ["origin"] = FeatureValue.Of(origin),
            ["destination"] = FeatureValue.Of(goal),
        },
    ];

    private readonly FeatureVector destination = new();
    private Landing[] landings = null!;
    private IFeatureReader reader = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        world = new();
        reader = world.Platform.Get<IFeatureReader>();
        connection = new($"Data Source={Path.Combine(world.Platform.Directory, "bare.db")};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText =
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE landing (number INTEGER PRIMARY KEY, origin TEXT, destination TEXT, at INTEGER, delay REAL, late INTEGER)";
        await command.ExecuteNonQueryAsync();
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await connection.DisposeAsync();
        world.Dispose();
    }

    [IterationSetup]
    public void NextHour()
    {
        // Every key is served, as it is where features are pushed online.
        foreach (var values in requests)
        {
            reader.ReadAsync(FlightFeatures.Service, values, destination).AsTask().GetAwaiter().GetResult();
        }

        landings = world.Landings(Events, world.Clock.GetUtcNow(), TimeSpan.FromHours(1));
        world.Clock.Advance(TimeSpan.FromHours(1));
    }

    [Benchmark(Baseline = true)]
    public async Task BareSqliteAsync()
    {
        await using var transaction = connection.BeginTransaction();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT INTO landing VALUES ($number, $origin, $destination, $at, $delay, $late)";
        string[] names = ["$number", "$origin", "$destination", "$at", "$delay", "$late"];
        SqliteParameter[] parameters = [.. names.Select(n => command.Parameters.AddWithValue(n, DBNull.Value))];
        foreach (var landing in landings)
        {
            object[] values =
            [
                landing.Number,
                landing.Origin,
                landing.Destination,
                landing.At.ToUnixTimeMilliseconds(),
                landing.Delay,
                landing.Late,
            ];
            for (var i = 0; i < values.Length; i++)
            {
                parameters[i].Value = values[i];
            }

            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }

    [Benchmark]
    public Task PushAsync() => world.Platform.Root.Features.PushAsync(FlightFeatures.Source, landings);
}
