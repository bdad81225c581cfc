using System.Runtime.CompilerServices;
using Dapper;

namespace MlPlatform.Core.Internal;

internal sealed class EventLog(IMetadataDatabase database, IChangeFeed changes) : IEventLog
{
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
            WHERE (tx > @Tx OR (tx = @Tx AND row_id > @Row)) AND {database.Dialect.StableEvents}
            {(query.Types is null ? "" : "AND type IN @Types")} {(query.Subject is null ? "" : "AND subject = @Subject")}
            ORDER BY tx, row_id LIMIT @Limit
            """;
        var parameters = new
        {
            Tx = query.After.Transaction,
            query.After.Row,
            query.Types,
            Subject = query.Subject?.ToString(),
            query.Limit,
        };
        return database.ReadAsync<IReadOnlyList<EventRecord>>(
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
        return database.ReadAsync(
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
}
