using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace MlPlatform.Monitoring.Tests;

/// <summary>The platform with Monitoring on SQLite in a temporary directory, without a host and with a clock that stands still.</summary>
internal sealed class MonitoringHost : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2025, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly bool ownsDirectory;
    private readonly ServiceProvider services;

    public MonitoringHost(Action<IMonitoringBuilder>? configure = null, string? directory = null, DateTimeOffset? now = null)
    {
        ownsDirectory = directory is null;
        Directory = directory ?? Path.Combine(Path.GetTempPath(), "mlp-monitoring-" + Path.GetRandomFileName());
        System.IO.Directory.CreateDirectory(Directory);
        Clock = new(now ?? Start);
        var collection = new ServiceCollection();
        collection.AddSingleton<TimeProvider>(Clock);
        var builder = collection.AddMlPlatformCore(o => o.DataDirectory = Directory);
        builder.UseTestDatabase(Directory);
        builder.AddMonitoring(configure);
        services = collection.BuildServiceProvider();
    }

    public string Directory { get; }

    public FakeTimeProvider Clock { get; }

    public IPredictionObserver Observer => Get<IPredictionObserver>();

    public IModelMonitor Monitor => Get<IModelMonitor>();

    public IMetadataDatabase Database => Get<IMetadataDatabase>();

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    public async Task<long> CountAsync(string sql)
    {
        await Database.MigrateAsync(TestContext.Current.CancellationToken);
        return await Database.ReadAsync(
            async connection =>
            {
                await using var command = connection.CreateCommand();
                command.CommandText = sql;
                return Convert.ToInt64(
                    await command.ExecuteScalarAsync(TestContext.Current.CancellationToken),
                    System.Globalization.CultureInfo.InvariantCulture
                );
            },
            TestContext.Current.CancellationToken
        );
    }

    /// <summary>Runs a statement, as a fault or an operator would.</summary>
    public Task ExecuteAsync(string sql) =>
        Database.WriteAsync(
            Durability.Process,
            async unit =>
            {
                await using var command = unit.Connection.CreateCommand();
                command.Transaction = unit.Transaction;
                command.CommandText = sql;
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            },
            TestContext.Current.CancellationToken
        );

    public async Task<IReadOnlyList<EventRecord>> EventsAsync(string type) =>
        [
            .. (await services.ReadSettledAsync(new EventQuery(), TestContext.Current.CancellationToken)).Where(e =>
                string.Equals(e.Type, type, StringComparison.Ordinal)
            ),
        ];

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
