using Dapper;

namespace MlPlatform.Core.Internal;

internal sealed class Lease(IMetadataDatabase database, string name, string owner, long fence, TimeSpan duration) : ILease
{
    public string Name { get; } = name;

    public long Fence { get; } = fence;

    public async Task RenewAsync(CancellationToken cancellationToken = default)
    {
        const string Sql = "UPDATE core_lease SET until = @Until WHERE name = @Name AND fence = @Fence AND owner = @Owner";
        var rows = await database
            .WriteAsync(
                Durability.Process,
                async work =>
                {
                    var now = await work.GetDatabaseTimeAsync().ConfigureAwait(false);
                    var row = new
                    {
                        Name,
                        Fence,
                        Owner = owner,
                        Until = now + duration.Ticks / TimeSpan.TicksPerMicrosecond,
                    };
                    return await work.Connection.ExecuteAsync(Sql, row, work.Transaction).ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        if (rows == 0)
        {
            throw new LeaseLostException(Name, Fence);
        }
    }

    public async Task EnsureHeldAsync(IUnitOfWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var row = new
        {
            Name,
            Fence,
            Owner = owner,
        };
        // An update, since it locks the row: where there are many writers, nobody else is granted the lease before this transaction commits.
        const string Sql = "UPDATE core_lease SET fence = fence WHERE name = @Name AND fence = @Fence AND owner = @Owner";
        if (await work.Connection.ExecuteAsync(Sql, row, work.Transaction).ConfigureAwait(false) == 0)
        {
            throw new LeaseLostException(Name, Fence);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The fence stays, so that the next grant is higher; an empty owner means free.
        const string Sql = "UPDATE core_lease SET owner = '', until = 0 WHERE name = @Name AND fence = @Fence AND owner = @Owner";
        await database
            .WriteAsync(
                Durability.Process,
                work =>
                    work.Connection.ExecuteAsync(
                        Sql,
                        new
                        {
                            Name,
                            Fence,
                            Owner = owner,
                        },
                        work.Transaction
                    )
            )
            .ConfigureAwait(false);
    }
}
