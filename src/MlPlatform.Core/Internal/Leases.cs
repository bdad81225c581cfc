using Dapper;

namespace MlPlatform.Core.Internal;

internal sealed class Leases : ILeases
{
    private readonly IMetadataDatabase database;
    private readonly ProcessPresence presence;

    public Leases(IMetadataDatabase database, ProcessPresence presence)
    {
        this.database = database;
        this.presence = presence;
        presence.Show();
    }

    public string Owner => presence.Owner;

    public bool IsGone(string owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return presence.IsGone(owner);
    }

    public async Task<ILease?> TryAcquireAsync(string name, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        const string Sql = """
            INSERT INTO core_lease (name, owner, until, fence) VALUES (@name, @Owner, @Until, 1)
            ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until, fence = core_lease.fence + 1
            WHERE core_lease.until <= @Now OR core_lease.owner = '' OR core_lease.owner = @Gone
            RETURNING fence
            """;
        var gone = await FindGoneAsync(name, cancellationToken).ConfigureAwait(false);
        var fence = await database
            .WriteAsync(
                Durability.Process,
                async work =>
                {
                    var now = await work.GetDatabaseTimeAsync().ConfigureAwait(false);
                    var row = new
                    {
                        name,
                        Owner,
                        Gone = gone,
                        Now = now,
                        Until = now + duration.Ticks / TimeSpan.TicksPerMicrosecond,
                    };
                    return await work.Connection.QuerySingleOrDefaultAsync<long?>(Sql, row, work.Transaction).ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return fence is { } granted ? new Lease(database, name, Owner, granted, duration) : null;
    }

    /// <summary>The lease's owner, if that process was killed: its lease need not be waited for.</summary>
    private async Task<string?> FindGoneAsync(string name, CancellationToken cancellationToken)
    {
        var owner = await database
            .ReadAsync(
                c => c.QuerySingleOrDefaultAsync<string?>("SELECT owner FROM core_lease WHERE name = @name", new { name }),
                cancellationToken
            )
            .ConfigureAwait(false);
        return owner is { Length: > 0 } && presence.IsGone(owner) ? owner : null;
    }
}
