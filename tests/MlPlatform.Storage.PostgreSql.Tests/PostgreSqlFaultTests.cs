using Dapper;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Testing;
using Npgsql;

namespace MlPlatform.Storage.PostgreSql.Tests;

/// <summary>Deadlocks, lost connections and bodies that go wrong: what is acknowledged is stored, and nothing twice.</summary>
public sealed class PostgreSqlFaultTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Dispose();

    [PostgreSqlFact]
    public async Task Bodies_that_lock_each_other_out_both_commit_since_one_runs_again()
    {
        await using var services = PostgreSqlServices.Create(directory.Path);
        var database = services.GetRequiredService<IMetadataDatabase>();
        await InsertAsync(database, "a");
        await InsertAsync(database, "b");
        var (runs, locked) = (0, 0);
        using var bothLocked = new SemaphoreSlim(0);
        Task UpdateAsync(string first, string second) =>
            database.WriteAsync(
                Durability.Process,
                async work =>
                {
                    var isFirstTry = Interlocked.Increment(ref runs) <= 2;
                    await LockRowAsync(work, first);
                    if (isFirstTry)
                    {
                        if (Interlocked.Increment(ref locked) == 2)
                        {
                            bothLocked.Release(2);
                        }

                        await bothLocked.WaitAsync(Cancel);
                    }

                    await LockRowAsync(work, second);
                },
                Cancel
            );
        await Task.WhenAll(UpdateAsync("a", "b"), UpdateAsync("b", "a"));
        Assert.True(runs >= 3, $"{runs} runs"); // More if the one that runs again has its first row before the other, which waits for it, is awake.
        Assert.Equal(4, await SumAsync(database));
    }

    [PostgreSqlFact]
    public async Task Connection_lost_before_the_commit_runs_the_body_again_and_stores_it_once()
    {
        await using var services = PostgreSqlServices.Create(directory.Path);
        var database = services.GetRequiredService<IMetadataDatabase>();
        var runs = 0;
        await database.WriteAsync(
            Durability.Power,
            async work =>
            {
                await work.Connection.ExecuteAsync(Insert, new { Name = "x" }, work.Transaction);
                if (++runs == 1)
                {
                    Terminate(((NpgsqlConnection)work.Connection).ProcessID);
                }

                work.Append(new("test.written", new(AssetKind.Run, "x")));
            },
            Cancel
        );
        Assert.Equal(2, runs);
        Assert.Single(await services.GetRequiredService<IEventLog>().ReadAsync(new(), Cancel));
        Assert.Equal(1, await CountAsync(database));
    }

    [PostgreSqlFact]
    public async Task Connection_lost_in_the_commit_is_said_and_never_repeated()
    {
        var faults = new FaultInjector();
        await using var services = PostgreSqlServices.Create(directory.Path, s => s.AddSingleton<IFaultPoints>(faults));
        var database = services.GetRequiredService<IMetadataDatabase>();
        await InsertAsync(database, "before");
        var (runs, backend) = (0, 0);
        faults.Arm("metadata.commit", () => Terminate(backend));
        var thrown = await Assert.ThrowsAsync<CommitOutcomeUnknownException>(() =>
            database.WriteAsync(
                Durability.Power,
                work =>
                {
                    runs++;
                    backend = ((NpgsqlConnection)work.Connection).ProcessID;
                    return work.Connection.ExecuteAsync(Insert, new { Name = "lost" }, work.Transaction);
                },
                Cancel
            )
        );
        Assert.Equal(1, runs);
        Assert.Contains("read the state", thrown.Message, StringComparison.Ordinal);
        await InsertAsync(database, "after");
        Assert.Equal(2, await CountAsync(database));
    }

    [PostgreSqlFact]
    public async Task Idle_connections_that_the_server_ended_fail_no_write_and_at_most_one_read()
    {
        await using var services = PostgreSqlServices.Create(directory.Path);
        var database = services.GetRequiredService<IMetadataDatabase>();
        await InsertAsync(database, "a");
        await CountAsync(database);
        var schema = TestPostgreSql.SchemaOf(directory.Path);
        TestPostgreSql.Execute(
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mlplatform_{schema}' AND pid <> pg_backend_pid()"
        );
        await InsertAsync(database, "b");
        try
        {
            await CountAsync(database);
        }
        catch (StorageUnavailableException)
        {
            // Its connection was one of those; the rest are not used any more.
        }

        Assert.Equal(2, await CountAsync(database));
    }

    [PostgreSqlFact]
    public async Task Body_that_goes_on_after_a_failed_statement_is_not_acknowledged()
    {
        await using var services = PostgreSqlServices.Create(directory.Path);
        var database = services.GetRequiredService<IMetadataDatabase>();
        await Assert.ThrowsAsync<MlPlatformException>(() =>
            database.WriteAsync(
                Durability.Process,
                async work =>
                {
                    await work.Connection.ExecuteAsync(Insert, new { Name = "x" }, work.Transaction);
                    await Assert.ThrowsAsync<PostgresException>(() =>
                        work.Connection.ExecuteAsync("SELECT 1 / 0", transaction: work.Transaction)
                    );
                },
                Cancel
            )
        );
        Assert.Equal(0, await CountAsync(database));
    }

    [PostgreSqlFact]
    public async Task Write_cancelled_before_its_commit_stores_nothing()
    {
        await using var services = PostgreSqlServices.Create(directory.Path);
        var database = services.GetRequiredService<IMetadataDatabase>();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            database.WriteAsync(
                Durability.Process,
                async work =>
                {
                    await work.Connection.ExecuteAsync(Insert, new { Name = "x" }, work.Transaction);
                    await cancel.CancelAsync();
                },
                cancel.Token
            )
        );
        Assert.Equal(0, await CountAsync(database));
    }

    [PostgreSqlFact]
    public async Task Text_with_a_zero_character_is_refused_with_the_reason()
    {
        await using var services = PostgreSqlServices.Create(directory.Path);
        var database = services.GetRequiredService<IMetadataDatabase>();
        var thrown = await Assert.ThrowsAsync<MlPlatformException>(() => InsertAsync(database, "a\0b"));
        Assert.Contains("code 0", thrown.Message, StringComparison.Ordinal);
    }

    [PostgreSqlFact]
    public async Task Newer_schema_of_a_known_module_is_refused_and_left_alone()
    {
        await using (var services = PostgreSqlServices.Create(directory.Path))
        {
            await services.GetRequiredService<IMetadataDatabase>().MigrateAsync(Cancel);
        }

        var schema = TestPostgreSql.SchemaOf(directory.Path);
        TestPostgreSql.Execute(
            $"INSERT INTO {schema}.core_migration (scriptname, applied) VALUES ('Core/0099_future.sql', now()), ('Elsewhere/0001_x.sql', now())"
        );
        await using var again = PostgreSqlServices.Create(directory.Path);
        var e = await Assert.ThrowsAsync<SchemaTooNewException>(() => again.GetRequiredService<IMetadataDatabase>().MigrateAsync(Cancel));
        Assert.Equal("Core/0099_future.sql", e.Script);
        Assert.Contains(schema, e.Database, StringComparison.Ordinal);
    }

    [PostgreSqlFact]
    public async Task Online_database_shares_the_schema_and_takes_no_events()
    {
        await using var services = PostgreSqlServices.Create(directory.Path);
        await services.GetRequiredService<IMetadataDatabase>().MigrateAsync(Cancel);
        var online = services.GetRequiredKeyedService<IMetadataDatabase>(DatabaseNames.Online);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            online.WriteAsync(
                Durability.Process,
                work =>
                {
                    work.Append(new("a.b", new(AssetKind.View, "v")));
                    return Task.CompletedTask;
                },
                Cancel
            )
        );
    }

    private const string Insert = "INSERT INTO core_lease (name, owner, until, fence) VALUES (@Name, '', 0, 0)";

    private static void Terminate(int backend) => TestPostgreSql.Execute($"SELECT pg_terminate_backend({backend}, 5000)");

    private static Task<int> InsertAsync(IMetadataDatabase database, string name) =>
        database.WriteAsync(Durability.Process, w => w.Connection.ExecuteAsync(Insert, new { Name = name }, w.Transaction), Cancel);

    private static Task<int> LockRowAsync(IUnitOfWork work, string name) =>
        work.Connection.ExecuteAsync("UPDATE core_lease SET until = until + 1 WHERE name = @name", new { name }, work.Transaction);

    private static Task<long> CountAsync(IMetadataDatabase database) =>
        database.ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM core_lease"), Cancel);

    private static Task<long> SumAsync(IMetadataDatabase database) =>
        database.ReadAsync(c => c.QuerySingleAsync<long>("SELECT SUM(until)::bigint FROM core_lease"), Cancel);
}
