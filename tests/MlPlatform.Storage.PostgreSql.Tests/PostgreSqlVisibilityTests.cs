using Dapper;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Testing;

namespace MlPlatform.Storage.PostgreSql.Tests;

/// <summary>What readers and waiters of other processes see, and when.</summary>
public sealed class PostgreSqlVisibilityTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Dispose();

    [PostgreSqlFact]
    public async Task Event_that_commits_late_is_never_skipped()
    {
        await using var services = PostgreSqlServices.Create(directory.Path);
        var database = services.GetRequiredService<IMetadataDatabase>();
        var log = services.GetRequiredService<IEventLog>();
        await AppendAsync(database, "0");
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var late = database.WriteAsync(
            Durability.Process,
            async work =>
            {
                await work.Connection.ExecuteAsync(
                    "INSERT INTO core_recurring (name, last_due) VALUES ('late', 0)",
                    transaction: work.Transaction
                );
                begun.SetResult();
                await go.Task;
                work.Append(new("t.a", new(AssetKind.Run, "late")));
            },
            Cancel
        );
        await begun.Task;
        await AppendAsync(database, "early");

        // The later transaction committed first. A reader that took its event now would never go back for the other.
        var seen = await log.ReadAsync(new(), Cancel);
        Assert.Equal(["0"], seen.Select(e => e.Subject.Id));
        Assert.Equal(seen[^1].Position, await log.GetLastPositionAsync(Cancel));

        go.SetResult();
        await late;
        var rest = await log.ReadAsync(new() { After = seen[^1].Position }, Cancel);
        Assert.Equal(["late", "early"], rest.Select(e => e.Subject.Id));
    }

    [PostgreSqlFact]
    public async Task Transaction_of_another_application_holds_back_nothing()
    {
        await using var services = PostgreSqlServices.Create(directory.Path);
        var database = services.GetRequiredService<IMetadataDatabase>();
        await using var other = new Npgsql.NpgsqlConnection($"{TestPostgreSql.Require()};Pooling=false;Application Name=batch");
        await other.OpenAsync(Cancel);
        await using var open = await other.BeginTransactionAsync(Cancel);
        await other.ExecuteAsync("SELECT pg_current_xact_id()", transaction: open);
        await AppendAsync(database, "0");
        Assert.Single(await services.GetRequiredService<IEventLog>().ReadAsync(new(), Cancel));
    }

    [PostgreSqlFact]
    public async Task Reader_that_pages_while_many_write_gets_each_event_once_and_in_order()
    {
        await using var first = PostgreSqlServices.Create(directory.Path);
        await using var second = PostgreSqlServices.Create(directory.Path);
        IMetadataDatabase[] databases = [first.GetRequiredService<IMetadataDatabase>(), second.GetRequiredService<IMetadataDatabase>()];
        var log = second.GetRequiredService<IEventLog>();
        var writing = Task.WhenAll(Enumerable.Range(0, 400).Select(i => AppendAsync(databases[i % 2], $"{i}")));
        var seen = new List<EventRecord>();
        for (var hasEnded = false; !hasEnded; )
        {
            var hadEnded = writing.IsCompleted;
            var page = await log.ReadAsync(new() { After = seen.Count == 0 ? default : seen[^1].Position, Limit = 7 }, Cancel);
            seen.AddRange(page);
            hasEnded = hadEnded && page.Count == 0;
        }

        await writing;
        Assert.Equal(400, seen.DistinctBy(e => e.Subject).Count());
        Assert.Equal(seen.OrderBy(e => e.Position), seen);
    }

    [PostgreSqlFact]
    public async Task Waiter_of_another_process_is_woken_by_the_server_and_again_after_its_connection_was_lost()
    {
        // A clock that stands still: the poll never comes, only the server's word does.
        var still = new ManualTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var writer = PostgreSqlServices.Create(directory.Path);
        await using var waiter = PostgreSqlServices.Create(
            directory.Path,
            s => s.AddKeyedSingleton<TimeProvider>(Clocks.WorkKey, new SilentTimeProvider(still))
        );
        var changes = waiter.GetRequiredService<IChangeFeed>();
        var listening = changes.WaitAsync(ChangeTopics.Rollouts, changes.Mark(ChangeTopics.Rollouts), Cancel);
        await waiter.GetRequiredService<IMetadataDatabase>().MigrateAsync(Cancel);
        await listening; // Once it listens it wakes everybody: anything may have happened before.
        await AssertWokenAsync();

        var reconnected = changes.WaitAsync(ChangeTopics.Rollouts, changes.Mark(ChangeTopics.Rollouts), Cancel);
        TestPostgreSql.Execute(
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN mlplatform_{TestPostgreSql.SchemaOf(directory.Path)}'"
        );
        await reconnected;
        await AssertWokenAsync();

        async Task AssertWokenAsync()
        {
            var woken = changes.WaitAsync(ChangeTopics.Models, changes.Mark(ChangeTopics.Models), Cancel);
            await writer
                .GetRequiredService<IMetadataDatabase>()
                .WriteAsync(
                    Durability.Process,
                    work =>
                    {
                        work.Notify(ChangeTopics.Models);
                        return Task.CompletedTask;
                    },
                    Cancel
                );
            await woken;
        }
    }

    [PostgreSqlFact]
    public async Task Leases_compare_the_servers_clock()
    {
        await using var services = PostgreSqlServices.Create(directory.Path);
        var database = services.GetRequiredService<IMetadataDatabase>();
        var (before, time, after) = await database.WriteAsync(
            Durability.Process,
            async work =>
            {
                const string Clock = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
                var before = await work.Connection.QuerySingleAsync<long>(Clock, transaction: work.Transaction);
                var time = await work.GetDatabaseTimeAsync();
                return (before, time, await work.Connection.QuerySingleAsync<long>(Clock, transaction: work.Transaction));
            },
            Cancel
        );
        Assert.InRange(time, before, after);
    }

    private static Task AppendAsync(IMetadataDatabase database, string subject) =>
        database.WriteAsync(
            Durability.Process,
            work =>
            {
                work.Append(new("t.a", new(AssetKind.Run, subject)));
                return Task.CompletedTask;
            },
            Cancel
        );
}
