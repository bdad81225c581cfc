using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>The statements of windowed aggregations over the staged <c>frame</c> and <c>src</c>.</summary>
/// <remarks>
/// Events and entity rows are put into one sequence a key, and each entity row aggregates the range before it. The engine answers ranges from
/// a tree of partial aggregates, so no answer is the difference of two large sums: it stays exact where sums cancel, and one NaN or infinity
/// spoils only the windows that hold it.
/// </remarks>
internal static class WindowSql
{
    /// <summary>Makes <c>agg(rid, events, late, f0..)</c> with a row for each row of the frame that has a key and a time.</summary>
    public static string Aggregate(WindowedView view, StagedTable source)
    {
        var spans = view.Features.Select(f => (f.Window, f.Hop)).Distinct().ToArray();
        var keys = view.FrameKeys.Count;
        var values = string.Concat(Inputs(view).Select((_, i) => $", v{i}"));
        var lows = string.Concat(spans.Select((s, i) => $", {Low(s.Window, s.Hop)} AS low{i}"));
        return $"""
            CREATE TEMP TABLE agg AS
            WITH l AS ({PointInTimeSql.Frame(keys, $"1 AS one{lows}")}),
            e AS (SELECT base.* FROM ({PointInTimeSql.Usable(view.Source, source, keys, values)}) base
              SEMI JOIN l ON {Sql.Both(keys, i => $"base.k{i} = l.k{i}")})
            {(view.KnownAt ? Joined(view, source, keys, spans) : Ranged(view, source, keys, spans))}
            """;
    }

    /// <summary>The features of every row of the frame, in its order.</summary>
    public static string Payload(int features) =>
        $"SELECT {(features == 0 ? "NULL" : Sql.List(features, i => $"a.f{i}"))} FROM frame f LEFT JOIN agg a ON a.rid = f.rid ORDER BY f.rid";

    /// <summary>The columns that the features read, each once.</summary>
    public static IReadOnlyList<string> Inputs(WindowedView view) =>
        [.. view.Features.Select(f => f.Column).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>The alias and the type of a feature's input.</summary>
    public static (string Column, DataType Type)? Input(WindowedView view, WindowFeature feature, StagedTable source)
    {
        if (feature.Column is null)
        {
            return null;
        }

        var alias = $"v{Inputs(view).ToList().IndexOf(feature.Column)}";
        return (alias, source.Types[alias]);
    }

    private static string Ranged(WindowedView view, StagedTable source, int keys, (TimeSpan Window, TimeSpan Hop)[] spans)
    {
        var inputs = Inputs(view).Count;
        var key = PointInTimeSql.Keys(keys);
        var eventRow = string.Concat(spans.Select((_, i) => $", CAST(0 AS BIGINT) AS reach{i}"));
        var frameRow = string.Concat(spans.Select((_, i) => $", ts - low{i} - 1"));
        var windows = spans.Select((_, i) =>
            $"w{i} AS (PARTITION BY {Sql.List(keys, k => $"k{k}")} ORDER BY moment RANGE BETWEEN reach{i} PRECEDING AND CURRENT ROW)"
        );

        // Without a created time nothing is late, and an aggregate over every window less is a good part of the cost.
        var newest = source.Has("created") ? $"greatest({Sql.List(spans.Length, i => $"max(created) OVER w{i}")})" : "CAST(NULL AS BIGINT)";
        return $"""
            , u AS (
              SELECT {key}event AS moment, CAST(NULL AS BIGINT) AS rid{eventRow}, TRUE AS hit, created, best{Values(inputs, i => $"v{i}")} FROM e
              UNION ALL
              SELECT {key}ts, rid{frameRow}, NULL, NULL, NULL{Values(inputs, _ => "NULL")} FROM l)
            SELECT rid, events, coalesce(newest > moment, FALSE) AS late{Values(view.Features.Count, i => $"f{i}")} FROM (
              SELECT rid, moment, greatest({Sql.List(spans.Length, i => $"count(hit) OVER w{i}")}) AS events,
                {newest} AS newest{Functions(view, source, spans, _ => null, i => $" OVER w{i}")}
              FROM u WINDOW {string.Join(", ", windows)})
            WHERE rid IS NOT NULL
            """;
    }

    /// <summary>What was known at each entity time differs from row to row, so no shared order exists: each row collects its own events.</summary>
    private static string Joined(WindowedView view, StagedTable source, int keys, (TimeSpan Window, TimeSpan Hop)[] spans)
    {
        var least = $"least({Sql.List(spans.Length, i => $"l.low{i}")})";
        return $"""
            SELECT l.rid AS rid, count(hit) AS events, FALSE AS late{Functions(view, source, spans, i => $"e.event > l.low{i}", _ => string.Empty)}
            FROM l LEFT JOIN (SELECT *, TRUE AS hit FROM e WHERE created IS NOT NULL) e
              ON {Sql.Both(keys, i => $"e.k{i} = l.k{i}")} AND e.event <= l.ts AND e.created <= l.ts AND e.event > {least}
            GROUP BY l.rid
            """;
    }

    private static string Functions(
        WindowedView view,
        StagedTable source,
        (TimeSpan Window, TimeSpan Hop)[] spans,
        Func<int, string?> condition,
        Func<int, string> over
    ) =>
        string.Concat(
            view.Features.Select(
                (feature, i) =>
                {
                    var span = Array.IndexOf(spans, (feature.Window, feature.Hop));
                    var expression = WindowFunctionSql.Expression(feature.Function, Input(view, feature, source), condition(span), over(span));
                    return $", {expression} AS f{i}";
                }
            )
        );

    private static string Values(int count, Func<int, string> item) => string.Concat(Enumerable.Range(0, count).Select(i => $", {item(i)}"));

    /// <summary>The last moment before the window: the entity time less the window, floored to the hop before the epoch too.</summary>
    private static string Low(TimeSpan window, TimeSpan hop)
    {
        var tail = $"(ts - {Sql.Number(Sql.Micros(window))})";
        var step = Sql.Number(Sql.Micros(hop));
        return hop == TimeSpan.Zero ? tail : $"({tail} - (({tail} % {step}) + {step}) % {step})";
    }
}
