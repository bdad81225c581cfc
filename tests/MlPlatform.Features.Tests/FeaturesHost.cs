using Microsoft.Data.Sqlite;
using MlPlatform.Testing;

namespace MlPlatform.Features.Tests;

/// <summary>The platform with the feature store on SQLite and DuckDB in a temporary directory, without a host and with a clock that its owner moves.</summary>
internal sealed class FeaturesHost : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2025, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly bool ownsDirectory;
    private readonly ServiceProvider services;

    public FeaturesHost(
        Action<IFeaturesBuilder>? configure = null,
        string? directory = null,
        ManualTimeProvider? clock = null,
        FaultInjector? faults = null
    )
    {
        ownsDirectory = directory is null;
        Directory = directory ?? Path.Combine(Path.GetTempPath(), "mlp-features-" + Path.GetRandomFileName());
        System.IO.Directory.CreateDirectory(Directory);
        Clock = clock ?? new(Start);
        var collection = new ServiceCollection();
        collection.AddSingleton<TimeProvider>(Clock);
        collection.AddSingleton<IFaultPoints>(Faults = faults ?? new());
        var builder = collection.AddMlPlatformCore(o => o.DataDirectory = Directory);
        builder.UseTestDatabase(Directory);
        builder.AddFeatures(configure ?? (f => f.AddDefinitions<FlightFeatures>()));
        builder.UseDuckDb(o => o.MemoryLimitBytes = 512L << 20);
        services = collection.BuildServiceProvider();
    }

    public string Directory { get; }

    public ManualTimeProvider Clock { get; }

    public FaultInjector Faults { get; }

    public IFeatureStore Store => Get<IFeatureStore>();

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    /// <summary>Reads the service as a model would.</summary>
    public async Task<IReadOnlyDictionary<string, FeatureCell>> ReadAsync(Query query, string service = "flight")
    {
        var values = new Dictionary<string, FeatureValue>
        {
            ["origin"] = FeatureValue.Of(query.Origin),
            ["distance"] = query.Distance is { } d ? FeatureValue.Of(d) : FeatureValue.Null,
            ["hour"] = query.Hour is { } h ? FeatureValue.Of(h) : FeatureValue.Null,
        };
        var vector = await Store.GetOnlineAsync(service, values);
        return Enumerable.Range(0, vector.Count).ToDictionary(i => vector.Schema.Columns[i].Name, i => vector[i]);
    }

    public async Task<int> CountEventsAsync(string type) =>
        (await services.ReadSettledAsync(new EventQuery())).Count(e => string.Equals(e.Type, type, StringComparison.Ordinal));

    /// <summary>The parts of the history that are not sealed.</summary>
    public Task<long> CountPendingAsync() =>
        services
            .GetRequiredKeyedService<IMetadataDatabase>(DatabaseNames.Online)
            .ReadAsync(async connection =>
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "SELECT count(*) FROM fs_pending";
                return (long)(await command.ExecuteScalarAsync())!;
            });

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (ownsDirectory)
        {
            SqliteConnection.ClearAllPools();
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
