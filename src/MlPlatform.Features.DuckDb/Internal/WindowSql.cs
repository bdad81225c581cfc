using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>The statements of windowed aggregations over the staged <c>frame</c> and <c>src</c>.</summary>
internal static class WindowSql
{
    /// <summary>The earliest and the latest time of the frame.</summary>
    public const string Times = "SELECT min(ts), max(ts) FROM frame";

    /// <summary>Events and entity rows in one sequence, as <see cref="WindowScan"/> reads them: <c>key, moment, row, v.., created?</c>.</summary>
    /// <param name="view">The view.</param>
    /// <param name="source">The staged source.</param>
    /// <param name="after">No window holds an event of this time or an earlier one.</param>
    /// <param name="until">No window holds a later event.</param>
    /// <remarks>An entity row comes behind the events of its time, and events of one time come in the order of the winner rule.</remarks>
    public static string Sequence(WindowedView view, StagedTable source, long after, long until)
    {
        var keys = view.FrameKeys.Count;
        var values = Inputs(view).Count;
        var created = source.Has("created") ? ", created" : string.Empty;
        var inputs = Values(values, i => $"v{i}");
        var further = $"{inputs}, {(source.Has("seq") ? "seq" : "CAST(NULL AS BIGINT)")} AS seq";
        return $"""
            WITH l AS (
              SELECT place - 1 AS place, ts, {Sql.List(
                keys,
                k => $"k{k}"
            )} FROM (SELECT *, row_number() OVER (ORDER BY rid) AS place FROM frame)
              WHERE ts IS NOT NULL{PointInTimeSql.Present(keys)}),
            named AS (SELECT row_number() OVER () AS key, * FROM (SELECT DISTINCT {Sql.List(keys, k => $"k{k}")} FROM l))
            SELECT key, moment, place{inputs}{created} FROM (
              SELECT key, base.event AS moment, CAST(NULL AS BIGINT) AS place{inputs}, created, seq, rid
              FROM ({PointInTimeSql.Usable(view.Source, source, keys, further)}) base
              JOIN named ON {Sql.Both(keys, k => $"base.k{k} = named.k{k}")}
              WHERE base.event > {Sql.Number(after)} AND base.event <= {Sql.Number(until)}
              UNION ALL
              SELECT key, ts, place{Values(values, _ => "NULL")}, NULL, NULL, NULL
              FROM l JOIN named ON {Sql.Both(keys, k => $"l.k{k} = named.k{k}")})
            ORDER BY key, moment, place NULLS FIRST, created NULLS FIRST, seq NULLS FIRST, rid
            """;
    }

    /// <summary>Makes <c>agg(rid, events, f0..)</c> from what was known at each entity time.</summary>
    /// <remarks>What was known differs from row to row, so no shared order exists: each row collects its own events.</remarks>
    public static string Known(WindowedView view, StagedTable source)
    {
        var spans = view.Features.Select(f => (f.Window, f.Hop)).Distinct().ToArray();
        var keys = view.FrameKeys.Count;
        var values = Values(Inputs(view).Count, i => $"v{i}");
        var lows = Values(spans.Length, i => $"{Low(spans[i].Window, spans[i].Hop)} AS low{i}");
        var least = $"least({Sql.List(spans.Length, i => $"l.low{i}")})";
        var features = Values(
            view.Features.Count,
            i =>
            {
                var feature = view.Features[i];
                var span = Array.IndexOf(spans, (feature.Window, feature.Hop));
                return $"{WindowFunctionSql.Expression(feature.Function, Input(view, feature, source), $"e.event > l.low{span}")} AS f{i}";
            }
        );
        return $"""
            CREATE TEMP TABLE agg AS
            WITH l AS ({PointInTimeSql.Frame(keys, $"1 AS one{lows}")})
            SELECT l.rid AS rid, count(hit) AS events{features}
            FROM l LEFT JOIN (SELECT *, TRUE AS hit FROM ({PointInTimeSql.Usable(
                view.Source,
                source,
                keys,
                values
            )}) WHERE created IS NOT NULL) e
              ON {Sql.Both(keys, i => $"e.k{i} = l.k{i}")} AND e.event <= l.ts AND e.created <= l.ts AND e.event > {least}
            GROUP BY l.rid
            """;
    }

    /// <summary>The features of every row of the frame, in its order.</summary>
    public static string Payload(int features) =>
        $"SELECT {Sql.List(features, i => $"a.f{i}")} FROM frame f LEFT JOIN agg a ON a.rid = f.rid ORDER BY f.rid";

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

    private static string Values(int count, Func<int, string> item) =>
        string.Concat(Enumerable.Range(0, count).Select(i => $", {item(i)}"));

    /// <summary>The last moment before the window: the entity time less the window, floored to the hop before the epoch too.</summary>
    private static string Low(TimeSpan window, TimeSpan hop)
    {
        var tail = $"(ts - {Sql.Number(Sql.Micros(window))})";
        var step = Sql.Number(Sql.Micros(hop));
        return hop == TimeSpan.Zero ? tail : $"({tail} - (({tail} % {step}) + {step}) % {step})";
    }
}
