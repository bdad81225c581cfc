using Dapper;

namespace MlPlatform.Core.Internal;

internal sealed class Leases(IMetadataDatabase database, Clocks clocks) : ILeases
{
    public string Owner { get; } = $"{Environment.MachineName}/{Environment.ProcessId}/{UuidText.Format(UuidText.New(clocks.Work))}";

    public async Task<ILease?> TryAcquireAsync(string name, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        const string Sql = """
            INSERT INTO core_lease (name, owner, until, fence) VALUES (@name, @Owner, @Until, 1)
            ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until, fence = core_lease.fence + 1
            WHERE core_lease.until <= @Now OR core_lease.owner = ''
            RETURNING fence
            """;
        var fence = await database
            .WriteAsync(
                Durability.Process,
                async work =>
                {
                    var now = await work.GetDatabaseTimeAsync().ConfigureAwait(false);
                    var row = new { name, Owner, Now = now, Until = now + duration.Ticks / TimeSpan.TicksPerMicrosecond };
                    return await work.Connection.QuerySingleOrDefaultAsync<long?>(Sql, row, work.Transaction).ConfigureAwait(false);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return fence is { } granted ? new Lease(database, name, Owner, granted, duration) : null;
    }
}
