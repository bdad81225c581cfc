using Dapper;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed partial class TraceStore(IMetadataDatabase database) : ITraces
{
    private const int MetadataLength = 8000;
    private const int PreviewLength = 1000;
    private readonly SearchEngine search = new(database);

    public async Task<TraceInfo?> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return await database
            .ReadAsync(
                async connection =>
                {
                    var rows = await connection
                        .QueryAsync<TraceRow>(
                            new(
                                $"SELECT {TraceRow.Columns} FROM reg_trace WHERE id = @id",
                                new { id },
                                cancellationToken: cancellationToken
                            )
                        )
                        .ConfigureAwait(false);
                    return (await TraceRow.LoadAsync(connection, database.Dialect, rows.AsList()).ConfigureAwait(false)).SingleOrDefault();
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public Task<IReadOnlyList<TraceSpan>> GetSpansAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        const string Sql = """
            SELECT span_id AS SpanId, name AS Name, start_ns AS Start, content AS Content, parent_id AS Parent, end_ns AS EndNs FROM reg_span
            WHERE trace_id = @id ORDER BY CASE WHEN parent_id IS NULL THEN 0 ELSE 1 END, start_ns, span_id
            """;
        return database.ReadAsync<IReadOnlyList<TraceSpan>>(
            async connection =>
                [
                    .. (
                        await connection
                            .QueryAsync<(string SpanId, string Name, long Start, byte[] Content, string? Parent, long? EndNs)>(
                                new(Sql, new { id }, cancellationToken: cancellationToken)
                            )
                            .ConfigureAwait(false)
                    ).Select(r => new TraceSpan(id, r.SpanId, r.Name, r.Start, r.Content)
                    {
                        ParentId = r.Parent,
                        EndNanoseconds = r.EndNs,
                    }),
                ],
            cancellationToken
        );
    }

    public Task<Page<TraceInfo>> SearchAsync(TraceQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 500, nameof(query));
        var request = new SearchRequest
        {
            Schema = TraceSchema.Instance,
            ExperimentIds = query.ExperimentIds,
            Filter = query.Filter,
            Orders = SearchText.ParseOrders(query.OrderBy),
            View = LifecycleView.All, // A deleted trace is gone.
            Limit = query.Limit,
            PageToken = query.PageToken,
        };
        return search.SearchAsync(
            request,
            async (connection, found) =>
            {
                var sql = $"SELECT {TraceRow.Columns} FROM reg_trace WHERE {database.Dialect.In("id", "@Ids")}";
                var ids = found.Select(f => f.Id[0]).ToArray();
                var rows = (
                    await connection
                        .QueryAsync<TraceRow>(new(sql, new { Ids = ids }, cancellationToken: cancellationToken))
                        .ConfigureAwait(false)
                ).ToDictionary(r => r.Id, StringComparer.Ordinal);
                return await TraceRow.LoadAsync(connection, database.Dialect, [.. ids.Select(id => rows[id])]).ConfigureAwait(false);
            },
            cancellationToken
        );
    }

    public Task SetTagAsync(string id, string key, string value, CancellationToken cancellationToken = default)
    {
        CheckPair(key, value);
        return database.WriteAsync(
            Durability.Process,
            async work =>
            {
                _ = await FindAsync(work, id).ConfigureAwait(false) ?? throw NotFound(id);
                await SetAsync(work, "reg_trace_tag", id, key, value).ConfigureAwait(false);
            },
            cancellationToken
        );
    }

    public Task DeleteTagAsync(string id, string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return database.WriteAsync(
            Durability.Process,
            async work =>
            {
                _ = await FindAsync(work, id).ConfigureAwait(false) ?? throw NotFound(id);
                const string Sql = "DELETE FROM reg_trace_tag WHERE trace_id = @id AND key = @key";
                if (await work.Connection.ExecuteAsync(Sql, new { id, key }, work.Transaction).ConfigureAwait(false) == 0)
                {
                    throw new AssetNotFoundException(new(AssetKind.Trace, $"{id}/tags/{key}"));
                }
            },
            cancellationToken
        );
    }

    public Task<int> DeleteAsync(string experimentId, IReadOnlyCollection<string> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        ArgumentNullException.ThrowIfNull(ids);
        var where = $"experiment_id = @experimentId AND {database.Dialect.In("id", "@Ids")}";
        return DeleteAsync(where, new { experimentId, Ids = ids.ToArray() }, cancellationToken);
    }

    public Task<int> DeleteAsync(
        string experimentId,
        DateTimeOffset until,
        int? maximum = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(experimentId);
        const string Where = """
            id IN (SELECT id FROM reg_trace WHERE experiment_id = @experimentId AND at <= @Until ORDER BY at, id LIMIT @Maximum)
            """;
        var parameters = new
        {
            experimentId,
            Until = StoredTime.ToMicros(until),
            Maximum = maximum ?? int.MaxValue,
        };
        return DeleteAsync(Where, parameters, cancellationToken);
    }

    /// <summary>Removes traces with their spans and files.</summary>
    /// <param name="work">The transaction.</param>
    /// <param name="where">Which, as a condition of SQL over <c>reg_trace</c>.</param>
    /// <param name="parameters">Of the condition.</param>
    internal static async Task<int> RemoveAsync(IUnitOfWork work, string where, object parameters)
    {
        var sql = $"DELETE FROM reg_trace WHERE {where} RETURNING id";
        var ids = (await work.Connection.QueryAsync<string>(sql, parameters, work.Transaction).ConfigureAwait(false)).AsList();
        foreach (var id in ids)
        {
            await ArtifactScope.RemoveAsync(work, ArtifactTreeId.OfTrace(id)).ConfigureAwait(false);
        }

        return ids.Count;
    }

    private Task<int> DeleteAsync(string where, object parameters, CancellationToken cancellationToken) =>
        database.WriteAsync(Durability.Power, work => RemoveAsync(work, where, parameters), cancellationToken);

    private Task<TraceRow?> FindAsync(IUnitOfWork work, string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return work.Connection.QuerySingleOrDefaultAsync<TraceRow?>(
            $"SELECT {TraceRow.Columns} FROM reg_trace WHERE id = @id {database.Dialect.ForUpdate()}",
            new { id },
            work.Transaction
        );
    }

    private static Task<int> SetAsync(IUnitOfWork work, string table, string id, string key, string value) =>
        work.Connection.ExecuteAsync(
            $"""
            INSERT INTO {table} (trace_id, key, value) VALUES (@id, @key, @value)
            ON CONFLICT (trace_id, key) DO UPDATE SET value = excluded.value
            """,
            new
            {
                id,
                key,
                value,
            },
            work.Transaction
        );

    private static void CheckPair(string key, string value)
    {
        RunRules.CheckLength(key, 250, "key");
        ArgumentException.ThrowIfNullOrEmpty(key);
        RunRules.CheckLength(value, MetadataLength, key);
    }

    private static AssetNotFoundException NotFound(string id) => new(new(AssetKind.Trace, id));
}
