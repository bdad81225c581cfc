using System.Diagnostics;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Storage.Sqlite.Tests;

public sealed class SqliteProviderTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Writer_that_cannot_get_the_lock_says_so_and_recovers()
    {
        await using var services = SqliteServices.Create(directory.Path, options: o => o.BusyTimeout = TimeSpan.FromSeconds(1));
        var database = services.GetRequiredService<IMetadataDatabase>();
        await database.MigrateAsync();
        await using (var other = new SqliteConnection($"Data Source={Path.Combine(directory.Path, "metadata.db")};Pooling=false"))
        {
            await other.OpenAsync();
            await other.ExecuteAsync("BEGIN IMMEDIATE");
            var busy = await Assert.ThrowsAsync<DatabaseBusyException>(() => WriteAsync(database));
            Assert.Equal(DatabaseNames.Metadata, busy.Database);
        }

        await WriteAsync(database);
    }

    [Fact]
    public async Task Durability_sets_the_pragma_of_its_own_commit()
    {
        await using var services = SqliteServices.Create(directory.Path);
        var database = services.GetRequiredService<IMetadataDatabase>();
        Assert.Equal(1, await SynchronousAsync(database, Durability.Process));
        Assert.Equal(2, await SynchronousAsync(database, Durability.Power));
        Assert.Equal(1, await SynchronousAsync(database, Durability.Process));
    }

    [Fact]
    public async Task Online_database_is_a_file_of_its_own_and_takes_no_events()
    {
        await using var services = SqliteServices.Create(directory.Path);
        var online = services.GetRequiredKeyedService<IMetadataDatabase>(DatabaseNames.Online);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            online.WriteAsync(
                Durability.Process,
                work =>
                {
                    work.Append(new("a.b", new(AssetKind.View, "v")));
                    return Task.CompletedTask;
                }
            )
        );
        Assert.True(File.Exists(Path.Combine(directory.Path, "online.db")));
    }

    [Fact]
    public async Task Bad_configuration_fails_at_start_with_its_path()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([
            new("MlPlatform:Storage:Sqlite:MaxGroupSize", "0"),
            new("MlPlatform:DataDirectory", directory.Path),
        ]);
        builder.Services.AddMlPlatformCore().UseSqlite();
        using var host = builder.Build();
        var thrown = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains("MlPlatform:Storage:Sqlite:MaxGroupSize", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Registering_twice_registers_once()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore().UseSqlite();
        var count = services.Count(d => d.ServiceType != typeof(IConfigureOptions<SqliteOptions>));
        services.AddMlPlatformCore().UseSqlite();
        Assert.Equal(count, services.Count(d => d.ServiceType != typeof(IConfigureOptions<SqliteOptions>)));
    }

    /// <summary>Kills a writing process at random moments: what it had been told was stored must be there, whole.</summary>
    [Fact]
    public async Task Killed_process_loses_no_acknowledged_write()
    {
        var random = new Random(20260101);
        for (var round = 0; round < 10; round++)
        {
            var folder = Path.Combine(directory.Path, $"kill{round}");
            using var child = Process.Start(
                new ProcessStartInfo(Environment.ProcessPath!)
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    Environment = { [KillChild.Variable] = folder },
                }
            )!;
            var acknowledged = -1;
            var target = random.Next(1, 400);
            while (acknowledged < target && await child.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line.StartsWith(KillChild.Prefix, StringComparison.Ordinal))
                {
                    acknowledged = int.Parse(line.AsSpan(KillChild.Prefix.Length), provider: null);
                }
            }

            await using var services = SqliteServices.Create(folder);
            var leases = services.GetRequiredService<ILeases>();
            var day = TimeSpan.FromDays(1);
            Assert.Null(await leases.TryAcquireAsync(KillChild.Lease, day)); // Its holder lives.
            child.Kill(entireProcessTree: true);
            await child.WaitForExitAsync();
            Assert.True(acknowledged >= target, await child.StandardError.ReadToEndAsync());

            // A dead holder's lease need not be waited for, and its fence grows on.
            await using (var lease = await leases.TryAcquireAsync(KillChild.Lease, day))
            {
                Assert.Equal(2, lease?.Fence);
            }

            var database = services.GetRequiredService<IMetadataDatabase>();
            var stored = await database.ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM core_lease WHERE fence = 0"));
            var events = await services.GetRequiredService<IEventLog>().ReadAsync(new() { Limit = 10_000 });
            Assert.True(stored >= acknowledged + 1, $"{acknowledged + 1} acknowledged, {stored} stored");
            Assert.Equal(stored, events.Count);
        }
    }

    private static Task<long> SynchronousAsync(IMetadataDatabase database, Durability durability) =>
        database.WriteAsync(durability, w => w.Connection.QuerySingleAsync<long>("PRAGMA synchronous", transaction: w.Transaction));

    private static Task<int> WriteAsync(IMetadataDatabase database) =>
        database.WriteAsync(
            Durability.Process,
            w =>
                w.Connection.ExecuteAsync(
                    "INSERT INTO core_lease (name, owner, until, fence) VALUES ('x', '', 0, 0)",
                    transaction: w.Transaction
                )
        );
}
