using System.Data;
using System.Data.Common;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using MlPlatform.Core;

namespace MlPlatform.Storage.PostgreSql.Internal;

internal sealed class PostgreSqlMetadataDatabase : IMetadataDatabase, IAsyncDisposable
{
    private readonly PostgreSqlOptions options;
    private readonly PostgreSqlConnections connections;
    private readonly PostgreSqlMigrator migrator;
    private readonly PostgreSqlTransactions transactions;
    private readonly ChangeSignals signals;
    private readonly SemaphoreSlim writers;
    private readonly SemaphoreSlim readers;
    private readonly Lock gate = new();
    private Task? migrated;
    private volatile bool disposed;

    public PostgreSqlMetadataDatabase(
        string name,
        PostgreSqlOptions options,
        IEnumerable<MigrationSet> migrations,
        UnitOfWorkFactory factory,
        IChangeFeed changes,
        IFaultPoints faults,
        Clocks clocks,
        ILogger logger
    )
    {
        Name = name;
        this.options = options;
        connections = new(options);
        var platform = PostgreSqlConnections.PlatformOf(options);
        Dialect = new PostgreSqlDialect(platform);
        migrator = new(
            name,
            connections,
            options,
            Dialect,
            [.. migrations.Where(m => string.Equals(m.Database, name, StringComparison.Ordinal))]
        );
        signals = new(connections, platform, changes, logger);
        transactions = new(name, connections, options, factory, signals, faults, clocks, logger);
        writers = new(options.MaxConcurrentWrites);
        readers = new(options.MaxConcurrentReads);
    }

    public string Name { get; }

    public SqlDialect Dialect { get; }

    public async Task<T> WriteAsync<T>(
        Durability durability,
        Func<IUnitOfWork, Task<T>> body,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(body);
        ObjectDisposedException.ThrowIf(disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        await MigrateAsync(cancellationToken).ConfigureAwait(false);
        await writers.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await transactions.RunAsync(body, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw Fail(e);
        }
        finally
        {
            writers.Release();
        }
    }

    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        ObjectDisposedException.ThrowIf(disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        await MigrateAsync(cancellationToken).ConfigureAwait(false);
        await readers.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await using var connection = await connections.Reader.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            return await body(connection).ConfigureAwait(false);
        }
        catch (Npgsql.PostgresException e) when (e.SqlState == Npgsql.PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            throw; // The caller's own fault: the server may well be written to.
        }
        catch (Exception e)
        {
            throw Fail(e);
        }
        finally
        {
            readers.Release();
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
                migrated = Task.Run(MigrateOnceAsync, CancellationToken.None);
            }

            return migrated.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        await signals.DisposeAsync().ConfigureAwait(false);
        for (var i = 0; i < options.MaxConcurrentWrites; i++)
        {
            await writers.WaitAsync().ConfigureAwait(false); // Transactions under way come to their end.
        }

        await connections.DisposeAsync().ConfigureAwait(false);
    }

    private async Task MigrateOnceAsync()
    {
        try
        {
            await migrator.RunAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw Fail(e);
        }

        if (string.Equals(Name, DatabaseNames.Metadata, StringComparison.Ordinal))
        {
            signals.Start();
        }
    }

    /// <summary>The error for the caller. What is not translated keeps its stack.</summary>
    private Exception Fail(Exception error)
    {
        if (PostgreSqlErrors.IsConnectionLost(error) && !disposed)
        {
            connections.Clear();
        }

        var translated = PostgreSqlErrors.Translate(error, Name, connections.Target, options);
        if (ReferenceEquals(translated, error))
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return translated;
    }
}
