using System.Runtime.CompilerServices;
using Dapper;

namespace MlPlatform.Core.Internal;

internal sealed class EventLog(IMetadataDatabase database, IChangeFeed changes) : IEventLog
{
    // An older transaction that is still open hides what was just committed. It ends within milliseconds, and whoever has just written expects
    // to read it: so a reader waits a little. The clock is real, since the transactions are.
    private static readonly int[] Patience = [1, 2, 4, 8, 16, 32, 64, 128];

    private bool MayHide { get; } = !string.Equals(database.Dialect.StableEvents, "1 = 1", StringComparison.Ordinal);

    public Task<IReadOnlyList<EventRecord>> ReadAsync(EventQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 10_000);
        var sql = $"""
            SELECT tx AS Tx, row_id AS RowId, id AS Id, type AS Type, schema_version AS SchemaVersion, time AS Time, recorded_at AS RecordedAt,
                   actor_kind AS ActorKind, actor_id AS ActorId, actor_team AS ActorTeam, subject AS Subject, related AS Related,
                   cause_id AS CauseId, trace_id AS TraceId, payload AS Payload
            FROM core_event
            WHERE (tx, row_id) > (@Tx, @Row) AND {database.Dialect.StableEvents}
            {(query.Types is null ? "" : $"AND {database.Dialect.In("type", "@Types")}")} {(
                query.Subject is null ? "" : "AND subject = @Subject"
            )}
            ORDER BY tx, row_id LIMIT @Limit
            """;
        var parameters = new
        {
            Tx = query.After.Transaction,
            query.After.Row,
            Types = query.Types?.ToArray(),
            Subject = query.Subject?.ToString(),
            query.Limit,
        };
        return ReadStableAsync<IReadOnlyList<EventRecord>>(
            async connection =>
                [
                    .. (
                        await connection
                            .QueryAsync<EventRow>(new(sql, parameters, cancellationToken: cancellationToken))
                            .ConfigureAwait(false)
                    ).Select(r => r.ToRecord()),
                ],
            cancellationToken
        );
    }

    public async IAsyncEnumerable<EventRecord> WatchAsync(
        EventQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        var after = query.After;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var mark = changes.Mark(ChangeTopics.Events);
            var page = await ReadAsync(query with { After = after }, cancellationToken).ConfigureAwait(false);
            foreach (var record in page)
            {
                yield return record;
                after = record.Position;
            }

            if (page.Count < query.Limit)
            {
                await changes.WaitAsync(ChangeTopics.Events, mark, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public Task<EventPosition> GetLastPositionAsync(CancellationToken cancellationToken = default)
    {
        var sql =
            $"SELECT tx AS Tx, row_id AS RowId FROM core_event WHERE {database.Dialect.StableEvents} ORDER BY tx DESC, row_id DESC LIMIT 1";
        return ReadStableAsync(
            async connection =>
            {
                var (tx, row) = await connection
                    .QueryFirstOrDefaultAsync<(long, long)>(new(sql, cancellationToken: cancellationToken))
                    .ConfigureAwait(false);
                return new EventPosition(tx, row);
            },
            cancellationToken
        );
    }

    private async Task<T> ReadStableAsync<T>(Func<System.Data.Common.DbConnection, Task<T>> body, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var hides = false;
            var result = await database
                .ReadAsync(
                    async connection =>
                    {
                        hides = MayHide && await HidesAsync(connection, cancellationToken).ConfigureAwait(false);
                        return await body(connection).ConfigureAwait(false); // After the look: what was not hidden then is in the result.
                    },
                    cancellationToken
                )
                .ConfigureAwait(false);
            if (!hides || attempt == Patience.Length)
            {
                return result;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Patience[attempt]), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> HidesAsync(System.Data.Common.DbConnection connection, CancellationToken cancellationToken)
    {
        var sql = $"SELECT COUNT(*) FROM (SELECT 1 FROM core_event WHERE NOT ({database.Dialect.StableEvents}) LIMIT 1) hidden";
        return await connection.ExecuteScalarAsync<long>(new(sql, cancellationToken: cancellationToken)).ConfigureAwait(false) > 0;
    }
}
