using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using MlPlatform.Core;

namespace MlPlatform.Storage.Sqlite.Internal;

/// <summary>The one writer of a process: it takes bodies from a queue, gives each a savepoint, and commits many at a time.</summary>
/// <remarks>
/// A commit costs a flush of the log, a body microseconds; sharing the commit is what makes many small writes cheap. A body that throws rolls
/// back to its savepoint and fails alone. If the commit itself fails, every body of the group fails, since none of them was stored.
/// </remarks>
internal sealed class SqliteWriter(
    string name,
    string path,
    string connectionString,
    SqliteOptions options,
    UnitOfWorkFactory factory,
    IChangeFeed changes,
    IFaultPoints faults,
    TimeProvider work
) : IAsyncDisposable
{
    private readonly Channel<WriteRequest> queue = Channel.CreateUnbounded<WriteRequest>(new() { SingleReader = true });
    private readonly Lock gate = new();
    private Task? loop;
    private SqliteConnection? connection;
    private bool powerful;

    public Task<T> EnqueueAsync<T>(Durability durability, Func<IUnitOfWork, Task<T>> body, CancellationToken cancellationToken)
    {
        var request = new WriteRequest<T>(options.AlwaysPower ? Durability.Power : durability, body, cancellationToken);
        lock (gate)
        {
            loop ??= Task.Run(RunAsync, CancellationToken.None);
        }

        ObjectDisposedException.ThrowIf(!queue.Writer.TryWrite(request), this);
        return request.Task;
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        if (loop is not null)
        {
            await loop.ConfigureAwait(false);
        }

        if (connection is not null)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            var group = new List<WriteRequest>();
            try
            {
                await CommitGroupAsync(group).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                var error = SqliteErrors.Translate(e, name, path, options.BusyTimeout);
                Take(group); // The lock was never had: fail at least the one that asked for it, or the loop would spin.
                group.ForEach(r => r.Fail(error));
                await ResetAsync().ConfigureAwait(false);
            }
        }
    }

    private void Take(List<WriteRequest> group)
    {
        if (group.Count == 0 && queue.Reader.TryRead(out var first))
        {
            group.Add(first);
        }
    }

    private async Task CommitGroupAsync(List<WriteRequest> group)
    {
        var open = await OpenAsync().ConfigureAwait(false);
        SetDurability(open, queue.Reader.TryPeek(out var next) && next.Durability == Durability.Power);
        await using var transaction = open.BeginTransaction(deferred: false);
        var start = work.GetTimestamp();
        var succeeded = new List<WriteRequest>();
        while (
            group.Count < options.MaxGroupSize
            && (group.Count == 0 || work.GetElapsedTime(start) < options.MaxGroupTime)
            && queue.Reader.TryPeek(out var request)
            && (powerful || request.Durability == Durability.Process) // The pragma cannot change inside a transaction.
            && queue.Reader.TryRead(out request)
        )
        {
            group.Add(request);
            if (await TryRunAsync(request, open, transaction).ConfigureAwait(false))
            {
                succeeded.Add(request);
            }
        }

        faults.Hit($"{name}.commit");
        await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        faults.Hit($"{name}.committed");
        var database = new KeyValuePair<string, object?>("database", name);
        SqliteDiagnostics.CommitDuration.Record(work.GetElapsedTime(start).TotalSeconds, database);
        SqliteDiagnostics.CommitSize.Record(group.Count, database);
        foreach (var request in succeeded)
        {
            foreach (var topic in request.Work!.Topics)
            {
                changes.Publish(topic);
            }

            request.Complete();
        }

        group.Clear();
    }

    private async Task<bool> TryRunAsync(WriteRequest request, SqliteConnection open, SqliteTransaction transaction)
    {
        if (request.CancellationToken.IsCancellationRequested)
        {
            request.Fail(new OperationCanceledException(request.CancellationToken));
            return false;
        }

        await transaction.SaveAsync("body", CancellationToken.None).ConfigureAwait(false);
        try
        {
            request.Work = factory.Create(name, open, transaction);
            await request.RunAsync(request.Work).ConfigureAwait(false);
            await transaction.ReleaseAsync("body", CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception e)
        {
            if (e is SqliteException && SQLitePCL.raw.sqlite3_get_autocommit(open.Handle) != 0)
            {
                throw; // A full or failing disk makes SQLite undo the whole transaction: every body of the group is lost, and each must hear why.
            }

            await transaction.RollbackAsync("body", CancellationToken.None).ConfigureAwait(false);
            request.Fail(SqliteErrors.Translate(e, name, path, options.BusyTimeout));
            return false;
        }
    }

    private async Task<SqliteConnection> OpenAsync()
    {
        if (connection is not null)
        {
            return connection;
        }

        var opened = new SqliteConnection(connectionString);
        await opened.OpenAsync().ConfigureAwait(false);
        Execute(opened, "PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL;");
        powerful = false;
        return connection = opened;
    }

    /// <summary>After a failed commit the connection's state is unknown: start the next group on a new one.</summary>
    private async Task ResetAsync()
    {
        if (connection is { } broken)
        {
            connection = null;
            await broken.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void SetDurability(SqliteConnection open, bool power)
    {
        if (power != powerful)
        {
            Execute(open, power ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            powerful = power;
        }
    }

    private static void Execute(SqliteConnection open, string sql)
    {
        using var command = open.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
