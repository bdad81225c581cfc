using System.Data;
using Microsoft.Extensions.Logging;
using MlPlatform.Core;
using Npgsql;

namespace MlPlatform.Storage.PostgreSql.Internal;

/// <summary>Runs bodies, each in a transaction of its own, and runs one again that the server undid through no fault of its own.</summary>
/// <remarks>
/// Transactions are READ COMMITTED: a body that reads before it writes locks what it read. Until the commit is sent, nothing is stored and a body may
/// run again. Once it is sent and no answer comes, nobody knows, and that is what the caller hears.
/// </remarks>
internal sealed class PostgreSqlTransactions(
    string name,
    PostgreSqlConnections connections,
    PostgreSqlOptions options,
    UnitOfWorkFactory factory,
    ChangeSignals signals,
    IFaultPoints faults,
    Clocks clocks,
    ILogger logger
)
{
    private readonly KeyValuePair<string, object?> tag = new("database", name);

    // Leases compare the server's clock, which all processes share. A host that replaces work time as a whole means the leases too.
    private readonly bool usesServerClock = ReferenceEquals(clocks.Work, TimeProvider.System);

    public async Task<T> RunAsync<T>(Func<IUnitOfWork, Task<T>> body, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(body, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (attempt <= options.MaxRepeats && PostgreSqlErrors.CanRepeat(e))
            {
                Log.Repeated(logger, name, attempt + 1, e);
                PostgreSqlDiagnostics.Repeats.Add(1, tag);
                if (PostgreSqlErrors.IsConnectionLost(e))
                {
                    connections.Clear();
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1 << Math.Min(attempt, 8)), TimeProvider.System, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private async Task<T> TryAsync<T>(Func<IUnitOfWork, Task<T>> body, CancellationToken cancellationToken)
    {
        var start = clocks.Work.GetTimestamp();
        await using var connection = await connections.Writer.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection
            .BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken)
            .ConfigureAwait(false);
        var work = factory.Create(
            name,
            connection,
            transaction,
            usesServerClock ? () => GetTimeAsync(connection) : null,
            key => LockAsync(connection, key)
        );
        var result = await body(work).ConfigureAwait(false);
        await work.FlushAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        faults.Hit($"{name}.commit");
        await CommitAsync(connection).ConfigureAwait(false);
        signals.Publish(work.Topics);
        faults.Hit($"{name}.committed");
        PostgreSqlDiagnostics.CommitDuration.Record(clocks.Work.GetElapsedTime(start).TotalSeconds, tag);
        return result;
    }

    private async Task CommitAsync(NpgsqlConnection connection)
    {
        try
        {
            // A plain COMMIT after a statement that failed rolls back and reports success. The statement before it fails then, and nothing is
            // acknowledged that was not stored.
            await using var commit = new NpgsqlCommand("SELECT 1; COMMIT", connection);
            await commit.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.Severity is "ERROR")
        {
            throw; // The server's answer: it did not commit.
        }
        catch (Exception e)
        {
            throw new CommitOutcomeUnknownException(connections.Target, e);
        }
    }

    private static async ValueTask<long> GetTimeAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint", connection);
        return (long)(await command.ExecuteScalarAsync().ConfigureAwait(false))!;
    }

    private async ValueTask LockAsync(NpgsqlConnection connection, string key)
    {
        await using var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", connection);
        command.Parameters.Add(new() { Value = $"mlplatform:{options.Schema}:{key}" });
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }
}
