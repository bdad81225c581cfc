namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>The statements of a point-in-time join over the staged <c>frame(rid, ts, k0..)</c> and <c>src(rid, event, created, seq, k0.., v0..)</c>.</summary>
/// <remarks>
/// A plain ASOF join is wrong in three ways: ties on the event time pick any row, a null time matches the newest row, and null keys
/// match null keys. So rows are ordered by a whole tuple that has no ties and no nulls, and rows with null keys are taken out of both sides.
/// </remarks>
internal static class PointInTimeSql
{
    private static readonly string Least = Sql.Number(long.MinValue);
    private static readonly string Greatest = Sql.Number(long.MaxValue);

    /// <summary>Makes <c>pick(rid, srid, fresh, late)</c>: for each matched row of the frame the number of its feature row.</summary>
    public static string Pick(PointInTimeView view, StagedTable source)
    {
        var keys = view.FrameKeys.Count;
        var order = view.KnownAt
            ? $"row(ts, row({Greatest}, {Greatest}, {Greatest}, {Greatest}))"
            : $"row(ts, {Greatest}, {Greatest}, {Greatest})";
        var rows = view.KnownAt ? Improvements(keys) : $"SELECT {Keys(keys)}event, created, rid, best AS ord FROM base";
        var fresh =
            view.TimeToLive > TimeSpan.Zero ? $"CAST(l.ts AS HUGEINT) - r.event <= {Sql.Number(Sql.Micros(view.TimeToLive))}" : "TRUE";
        return $"""
            CREATE TEMP TABLE pick AS
            WITH l AS ({Frame(keys, $"{order} AS ord")}),
            base AS ({Usable(view.Source, source, keys)}),
            r AS ({rows})
            SELECT l.rid AS rid, r.rid AS srid, {fresh} AS fresh, coalesce(r.created > l.ts, FALSE) AS late
            FROM l ASOF JOIN r ON {Sql.Both(keys, i => $"l.k{i} = r.k{i}")} AND l.ord >= r.ord
            """;
    }

    /// <summary>The features of every row of the frame, in its order.</summary>
    public static string Payload(int features) =>
        $"""
            SELECT {(features == 0 ? "NULL" : Sql.List(features, i => $"s.v{i}"))}
            FROM frame f LEFT JOIN pick p ON p.rid = f.rid AND p.fresh LEFT JOIN src s ON s.rid = p.srid ORDER BY f.rid
            """;

    /// <summary>The rows of the frame that can match.</summary>
    public static string Frame(int keys, string further) =>
        $"SELECT rid, ts, {Keys(keys)}{further} FROM frame WHERE ts IS NOT NULL{Present(keys)}";

    /// <summary>The usable rows of a source; <c>best</c> is the total order of the winner rule.</summary>
    public static string Usable(OfflineSource source, StagedTable staged, int keys, string further = "")
    {
        var time = source.KnownAfter == TimeSpan.Zero ? "event" : $"event + {Sql.Number(Sql.Micros(source.KnownAfter))}";
        var created = staged.Has("created") ? "created" : "CAST(NULL AS BIGINT)";
        var sequence = staged.Has("seq") ? "seq" : "NULL";
        return $"""
            SELECT {Keys(keys)}{time} AS event, {created} AS created, rid,
              row({time}, coalesce({created}, {Least}), coalesce({sequence}, {Least}), rid) AS best{further}
            FROM src WHERE src.event IS NOT NULL{Present(keys)}
            """;
    }

    public static string Keys(int keys) => string.Concat(Enumerable.Range(0, keys).Select(i => $"k{i}, "));

    /// <summary>That no key is null.</summary>
    public static string Present(int keys) => string.Concat(Enumerable.Range(0, keys).Select(i => $" AND k{i} IS NOT NULL"));

    /// <summary>
    /// ASOF takes one inequality and known-at needs two. So rows are ordered by when they became usable, and only those stay that are better
    /// than all that were usable before: the last of them is the winner.
    /// </summary>
    private static string Improvements(int keys) =>
        $"""
            SELECT {Keys(keys)}event, created, rid, row(usable, best) AS ord FROM (
              SELECT *, max(best) OVER (PARTITION BY {Sql.List(keys, i => $"k{i}")} ORDER BY usable, best
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS seen
              FROM (SELECT *, greatest(event, created) AS usable FROM base WHERE created IS NOT NULL))
            WHERE seen IS NULL OR best > seen
            """;
}
