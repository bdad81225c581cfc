using System.Data.Common;

namespace MlPlatform.Core;

/// <summary>Makes units of work for database providers.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="clocks">The platform's clocks.</param>
/// <param name="actor">Who acts when an event names nobody.</param>
public sealed class UnitOfWorkFactory(Clocks clocks, IActorAccessor actor)
{
    /// <summary>Makes the unit of work of one body.</summary>
    /// <param name="database">The database's name.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="databaseTime">The database's clock in stored form; null where the database runs on this host's work clock.</param>
    /// <param name="lockName">Takes a named lock until the transaction ends; null where one writer has the database to itself.</param>
    public UnitOfWork Create(
        string database,
        DbConnection connection,
        DbTransaction transaction,
        Func<ValueTask<long>>? databaseTime = null,
        Func<string, ValueTask>? lockName = null
    ) =>
        new(
            database,
            connection,
            transaction,
            databaseTime ?? (() => ValueTask.FromResult(clocks.Work.NowMicros())),
            lockName,
            clocks,
            actor
        );
}
