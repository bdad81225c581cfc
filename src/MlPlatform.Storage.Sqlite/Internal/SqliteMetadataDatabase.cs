using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using MlPlatform.Core;

namespace MlPlatform.Storage.Sqlite.Internal;

internal sealed class SqliteMetadataDatabase : IMetadataDatabase, IAsyncDisposable
{
    private readonly string path;
    private readonly string readOnly;
    private readonly SqliteMigrator migrator;
    private readonly SqliteWriter writer;
    private readonly SqliteOptions options;
    private readonly TimeProvider work;
    private readonly ConcurrentBag<SqliteConnection> readers = [];
    private readonly Lock gate = new();
    private Task? migrated;
    private volatile bool disposed;

    public SqliteMetadataDatabase(
        string name,
        string directory,
        SqliteOptions options,
        IEnumerable<MigrationSet> migrations,
        UnitOfWorkFactory factory,
        IChangeFeed changes,
        IFaultPoints faults,
        Clocks clocks
    )
    {
        Name = name;
        this.options = options;
        work = clocks.Work;
        path = Path.Combine(directory, name + ".db");
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            DefaultTimeout = (int)Math.Ceiling(options.BusyTimeout.TotalSeconds),
        };
        readOnly = connectionString.ToString();
        migrator = new(
            path,
            connectionString.ToString(),
            Dialect,
            [.. migrations.Where(m => string.Equals(m.Database, name, StringComparison.Ordinal))]
        );
        writer = new(name, path, connectionString.ToString(), options, factory, changes, faults, work);
    }

    public string Name { get; }

    public SqlDialect Dialect { get; } = new SqliteDialect();

    public async Task<T> WriteAsync<T>(
        Durability durability,
        Func<IUnitOfWork, Task<T>> body,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(body);
        cancellationToken.ThrowIfCancellationRequested();
        await MigrateAsync(cancellationToken).ConfigureAwait(false);
        return await writer.EnqueueAsync(durability, body, cancellationToken).ConfigureAwait(false);
    }

    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        ObjectDisposedException.ThrowIf(disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        await MigrateAsync(cancellationToken).ConfigureAwait(false);
        var connection = readers.TryTake(out var idle) ? idle : await OpenReaderAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var result = await body(connection).ConfigureAwait(false);
            Return(connection);
            return result;
        }
        catch (Exception e)
        {
            // A reader may be left in the middle of a statement: do not use it again.
            await connection.DisposeAsync().ConfigureAwait(false);
            var isCallersWrite = e is SqliteException { SqliteErrorCode: 8 }; // The connection refused it, not the disk.
            var error = isCallersWrite ? e : SqliteErrors.Translate(e, Name, path, options.BusyTimeout);
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
            throw;
        }
    }

    public Task MigrateAsync(CancellationToken cancellationToken = default)
    {
        if (migrated is { IsCompletedSuccessfully: true })
        {
            return migrated;
        }

        lock (gate)
        {
            if (migrated is null or { IsFaulted: true })
            {
                migrated = Task.Run(Migrate, CancellationToken.None);
            }

            return migrated.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        disposed = true;
        await writer.DisposeAsync().ConfigureAwait(false);
        while (readers.TryTake(out var reader))
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Migrate()
    {
        try
        {
            SetJournalMode();
            migrator.Run(options.BusyTimeout, work);
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, Name, path, options.BusyTimeout);
        }
    }

    private void SetJournalMode()
    {
        // The journal mode belongs to the file and must be set outside a transaction, before anything else opens it.
        using var connection = new SqliteConnection(readOnly);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL";
        command.ExecuteScalar();
    }

    private async Task<SqliteConnection> OpenReaderAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(readOnly);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA query_only = ON; PRAGMA mmap_size = 2147418112;";
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);

        // The built-in lower knows ASCII only.
        connection.CreateFunction<string?, string?>("mlp_fold", static text => text?.ToLowerInvariant(), isDeterministic: true);
        return connection;
    }

    private void Return(SqliteConnection connection)
    {
        if (disposed)
        {
            connection.Dispose();
        }
        else
        {
            readers.Add(connection);
        }
    }
}
