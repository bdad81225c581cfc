using System.Data.Common;

namespace MlPlatform.Core;

/// <summary>A database that the modules keep their own tables in.</summary>
/// <remarks>
/// <para>Two exist: the unkeyed service is the metadata database, the one keyed <see cref="DatabaseNames.Online"/> holds online feature rows. No
/// transaction spans both. Migrations of every registered <see cref="MigrationSet"/> run before the first use, once over all processes.</para>
/// <para>Thread-safe.</para>
/// </remarks>
public interface IMetadataDatabase
{
    /// <summary>The database's name, one of <see cref="DatabaseNames"/>.</summary>
    string Name { get; }

    /// <summary>What differs between database products.</summary>
    SqlDialect Dialect { get; }

    /// <summary>Runs one transaction. Everything that <paramref name="body"/> writes, its events and its references commit together or not at all.</summary>
    /// <remarks>
    /// The body does database work only: no user code, no gate, no other I/O. It holds the writer, and it may run twice when the provider retries.
    /// An exception from the body undoes just its own work.
    /// </remarks>
    /// <exception cref="DatabaseBusyException">Another process held the lock for longer than the time-out.</exception>
    /// <exception cref="StorageUnavailableException">The database cannot be used or reached. Nothing was stored.</exception>
    /// <exception cref="CommitOutcomeUnknownException">The connection to a server was lost while it committed.</exception>
    Task<T> WriteAsync<T>(Durability durability, Func<IUnitOfWork, Task<T>> body, CancellationToken cancellationToken = default);

    /// <summary>Runs short reads on one connection. The connection is read-only and must not escape the body.</summary>
    Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> body, CancellationToken cancellationToken = default);

    /// <summary>Brings the database to the schema of the registered migrations. Called by itself before the first use; calling it again is free.</summary>
    Task MigrateAsync(CancellationToken cancellationToken = default);
}
