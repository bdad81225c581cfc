using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>The statements of windowed aggregations over the staged <c>frame</c> and <c>src</c>.</summary>
/// <remarks>
/// Each distinct key and time is computed once. Events and entity rows are put into one sequence a key, and each entity row aggregates the range
/// before it. The engine answers ranges from a tree of partial aggregates, so no answer is the difference of two large sums: it stays exact
/// where sums cancel, and one NaN or infinity spoils only the windows that hold it. <see cref="TileSql"/> is the short way for windows with a hop.
/// </remarks>
internal static class WindowSql
{
    /// <summary>Makes <c>agg(rid, frequency, events, late, f0..)</c> with a row for each distinct key and time of the frame, and <c>point</c>, which names them.</summary>
    public static IEnumerable<string> Aggregate(WindowedView view, StagedTable source)
    {
        var keys = view.FrameKeys.Count;
        var groups = WindowGroup.Of(view);
        yield return $"""
            CREATE TEMP TABLE point AS
            SELECT row_number() OVER () AS rid, * FROM (
              SELECT {PointInTimeSql.Keys(keys)}ts, count(*) AS frequency FROM ({PointInTimeSql.Frame(keys, "1 AS one")}) GROUP BY {PointInTimeSql.Keys(keys)}ts)
            """;
        yield return Events(view, source, groups);
        for (var g = 0; g < groups.Count; g++)
        {
            yield return groups[g].Hop == TimeSpan.Zero
                ? $"CREATE TEMP TABLE agg{g} AS {(view.KnownAt ? Joined(groups[g], view, source) : Ranged(groups[g], view, source))}"
                : TileSql.Aggregate($"agg{g}", groups[g], view, source);
        }

        var parts = Enumerable.Range(0, groups.Count).ToArray();
        yield return $"""
            CREATE TEMP TABLE agg AS
            SELECT point.rid AS rid, frequency, greatest({Sql.List(groups.Count, g => $"agg{g}.events")}) AS events,
              coalesce(greatest({Sql.List(groups.Count, g => $"agg{g}.newest")}) > ts, FALSE) AS late{Values(view.Features.Count, i => $"f{i}")}
            FROM point{string.Concat(parts.Select(g => $" JOIN agg{g} ON agg{g}.rid = point.rid"))}
            """;
    }

    /// <summary>The features of every row of the frame, in its order.</summary>
    public static string Payload(WindowedView view)
    {
        var same = Sql.Both(view.FrameKeys.Count, k => $"p.k{k} = f.k{k}");
        return $"""
            SELECT {Sql.List(view.Features.Count, i => $"a.f{i}")}
            FROM frame f LEFT JOIN point p ON {same} AND p.ts = f.ts LEFT JOIN agg a ON a.rid = p.rid ORDER BY f.rid
            """;
    }

    /// <summary>The columns that the features read, each once.</summary>
    public static IReadOnlyList<string> Inputs(WindowedView view) =>
        [.. view.Features.Select(f => f.Column).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>The alias and the type of a feature's input.</summary>
    public static (string Name, DataType Type)? Input(WindowedView view, WindowFeature feature, StagedTable source)
    {
        if (feature.Column is null)
        {
            return null;
        }

        var alias = $"v{Inputs(view).ToList().IndexOf(feature.Column)}";
        return (alias, source.Types[alias]);
    }

    /// <summary>The columns of <c>e</c> besides the keys and the event time: what is not read is not carried through every sort.</summary>
    public static IReadOnlyList<string> EventColumns(WindowedView view, StagedTable source)
    {
        var ordered = view.Features.Any(f => f.Function is AggregateFunction.First or AggregateFunction.Last);
        return
        [
            .. source.Has("created") ? ["created"] : Array.Empty<string>(),
            .. ordered ? ["best"] : Array.Empty<string>(),
            .. Inputs(view).Select((_, i) => $"v{i}"),
        ];
    }

    /// <summary>Columns <c>low{i}</c>: the last moment before each window.</summary>
    public static string Lows((TimeSpan Window, TimeSpan Hop)[] spans) =>
        string.Concat(spans.Select((s, i) => $", {Floor($"(ts - {Sql.Number(Sql.Micros(s.Window))})", s.Hop)} AS low{i}"));

    /// <summary>The greatest multiple of the hop that is not after a time, before the epoch too.</summary>
    public static string Floor(string time, TimeSpan hop)
    {
        var step = Sql.Number(Sql.Micros(hop));
        return hop == TimeSpan.Zero ? $"({time})" : $"(({time}) - ((({time}) % {step}) + {step}) % {step})";
    }

    /// <summary>Makes <c>e</c>: the events of the frame's keys that some window can hold.</summary>
    private static string Events(WindowedView view, StagedTable source, IReadOnlyList<WindowGroup> groups)
    {
        var keys = view.FrameKeys.Count;
        var values = Values(Inputs(view).Count, i => $"v{i}");
        var spans = groups.SelectMany(g => g.Spans).ToArray();

        // A table cannot hold a struct without names.
        const string Named = "struct_pack(a := best[1], b := best[2], c := best[3], d := best[4]) AS best";
        return $"""
            CREATE TEMP TABLE e AS
            SELECT {PointInTimeSql.Keys(keys)}event{string.Concat(EventColumns(view, source).Select(c => $", {(c == "best" ? Named : c)}"))}
            FROM ({PointInTimeSql.Usable(view.Source, source, keys, values)}) base
              SEMI JOIN (SELECT DISTINCT {Sql.List(keys, k => $"k{k}")} FROM point) named ON {Sql.Both(keys, k => $"base.k{k} = named.k{k}")}
            WHERE event <= (SELECT max(ts) FROM point)
              AND event > (SELECT least({Sql.List(spans.Length, i => $"low{i}")}) FROM (SELECT ts{Lows(spans)} FROM (SELECT min(ts) AS ts FROM point)))
            """;
    }

    private static string Ranged(WindowGroup group, WindowedView view, StagedTable source)
    {
        var key = PointInTimeSql.Keys(view.FrameKeys.Count);
        var spans = group.Spans;
        var columns = EventColumns(view, source);
        var windows = spans.Select((_, i) =>
            $"w{i} AS (PARTITION BY {Sql.List(view.FrameKeys.Count, k => $"k{k}")} ORDER BY moment RANGE BETWEEN reach{i} PRECEDING AND CURRENT ROW)"
        );

        // Without a created time nothing is late, and an aggregate over every window less is a good part of the cost.
        var newest = source.Has("created") ? $"greatest({Sql.List(spans.Length, i => $"max(created) OVER w{i}")})" : "CAST(NULL AS BIGINT)";
        return $"""
            SELECT rid, events, newest{Names(group)} FROM (
              SELECT rid, greatest({Sql.List(spans.Length, i => $"count(hit) OVER w{i}")}) AS events,
                {newest} AS newest{Functions(group, view, source, _ => null, i => $" OVER w{i}")}
              FROM (
                SELECT {key}event AS moment, CAST(NULL AS BIGINT) AS rid{Values(spans.Length, i => $"CAST(0 AS BIGINT) AS reach{i}")},
                  TRUE AS hit{string.Concat(columns.Select(c => $", {c}"))} FROM e
                UNION ALL
                SELECT {key}ts, rid{Values(spans.Length, i => $"ts - low{i} - 1")}, NULL{string.Concat(columns.Select(_ => ", NULL"))}
                FROM (SELECT *{Lows(spans)} FROM point))
              WINDOW {string.Join(", ", windows)})
            WHERE rid IS NOT NULL
            """;
    }

    /// <summary>What was known at each entity time differs from row to row, so no shared order exists: each row collects its own events.</summary>
    private static string Joined(WindowGroup group, WindowedView view, StagedTable source)
    {
        var spans = group.Spans;
        var least = $"least({Sql.List(spans.Length, i => $"l.low{i}")})";
        return $"""
            SELECT l.rid AS rid, count(hit) AS events, CAST(NULL AS BIGINT) AS newest
              {Functions(group, view, source, i => $"e.event > l.low{i}", _ => string.Empty)}
            FROM (SELECT *{Lows(spans)} FROM point) l LEFT JOIN (SELECT *, TRUE AS hit FROM e WHERE created IS NOT NULL) e
              ON {Sql.Both(view.FrameKeys.Count, i => $"e.k{i} = l.k{i}")} AND e.event <= l.ts AND e.created <= l.ts AND e.event > {least}
            GROUP BY l.rid
            """;
    }

    private static string Functions(WindowGroup group, WindowedView view, StagedTable source, Func<int, string?> condition, Func<int, string> over) =>
        string.Concat(
            group.Features.Select(f =>
            {
                var span = Array.IndexOf(group.Spans, (f.Feature.Window, f.Feature.Hop));
                var input = Input(view, f.Feature, source);
                return $", {WindowFunctionSql.Expression(f.Feature.Function, input, condition(span), over(span))} AS f{f.Place}";
            })
        );

    private static string Names(WindowGroup group) => string.Concat(group.Features.Select(f => $", f{f.Place}"));

    private static string Values(int count, Func<int, string> item) => string.Concat(Enumerable.Range(0, count).Select(i => $", {item(i)}"));
}
