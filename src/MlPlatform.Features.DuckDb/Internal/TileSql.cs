using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>The statement of windows that begin on a hop: whole tiles, and of the tile in which the entity time lies the events up to it.</summary>
/// <remarks>
/// A tile holds the events after one multiple of the hop, up to and with the next. Few tiles stand for many events, and all entity times of a
/// tile share the whole tiles before it; so what is done for each event and each entity time is only a running aggregate within one tile.
/// </remarks>
internal static class TileSql
{
    /// <summary>Makes the table <c>name(rid, events, newest, f..)</c> with the group's features for each row of <c>point</c>.</summary>
    public static string Aggregate(string name, WindowGroup group, WindowedView view, StagedTable source)
    {
        var keys = view.FrameKeys.Count;
        var key = PointInTimeSql.Keys(keys);
        var spans = group.Spans;
        var inputs = group.Features.ToDictionary(f => f.Place, f => WindowSql.Input(view, f.Feature, source));
        WindowPart[] all =
        [
            .. group
                .Features.SelectMany(f => WindowPart.Of(f.Feature.Function, inputs[f.Place]))
                .Append(WindowPart.Rows)
                .Concat(source.Has("created") ? [WindowPart.Newest] : Array.Empty<WindowPart>())
                .Distinct(),
        ];
        var parts = all.Index().ToDictionary(p => p.Item, p => p.Index);
        var lows = Sql.List(spans.Length, i => $"low{i}");
        var columns = WindowSql.EventColumns(view, source);
        var partition = Sql.List(keys, k => $"k{k}");

        // Twice the number of a tile leaves room for the times between tiles, so that a range ends before the tile of the entity time.
        var hop = Sql.Number(Sql.Micros(group.Hop));
        var windows = spans.Select((_, i) => $"w{i} AS (PARTITION BY {partition} ORDER BY moment RANGE BETWEEN reach{i} PRECEDING AND CURRENT ROW)");
        return $"""
            CREATE TEMP TABLE {name} AS
            WITH ev AS (SELECT *, {WindowSql.Floor("event - 1", group.Hop)} AS tile FROM e),
            l AS (SELECT rid, {key}ts, {WindowSql.Floor("ts - 1", group.Hop)} AS tile{WindowSql.Lows(spans)} FROM point),
            head AS (
              SELECT * FROM (
                SELECT rid{Each(all, (p, i) => $", {p.OfEvents(" OVER w")} AS h{i}")} FROM (
                  SELECT {key}tile, event AS moment, CAST(NULL AS BIGINT) AS rid, TRUE AS hit{Each(columns, (c, _) => $", {c}")} FROM ev
                  UNION ALL SELECT {key}tile, ts, rid, NULL{Each(columns, (_, _) => ", NULL")} FROM l)
                WINDOW w AS (PARTITION BY {key}tile ORDER BY moment RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))
              WHERE rid IS NOT NULL),
            tiles AS (
              SELECT {key}tile{Each(all, (p, i) => $", {p.OfEvents(string.Empty)} AS t{i}")} FROM (SELECT *, TRUE AS hit FROM ev) GROUP BY {key}tile),
            ends AS (SELECT DISTINCT {key}tile, {lows} FROM l),
            body AS (
              SELECT * FROM (
                SELECT {key}tile, {lows}{Each(spans, (_, s) => Each(all, (p, i) => $", {p.OfTiles($"t{i}", $" OVER w{s}")} AS b{s}_{i}"))} FROM (
                  SELECT {key}tile, {Sql.List(spans.Length, i => $"CAST(NULL AS BIGINT) AS low{i}")}, tile // {hop} * 2 + 1 AS moment,
                    {Sql.List(spans.Length, i => $"CAST(0 AS BIGINT) AS reach{i}")}{Each(all, (_, i) => $", t{i}")} FROM tiles
                  UNION ALL SELECT {key}tile, {lows}, tile // {hop} * 2,
                    {Sql.List(spans.Length, i => $"(tile // {hop} - low{i} // {hop}) * 2")}{Each(all, (_, _) => ", NULL")} FROM ends)
                WINDOW {string.Join(", ", windows)})
              WHERE low0 IS NOT NULL)
            SELECT l.rid AS rid, {Whole(WindowPart.Rows, 0)} AS events, {(source.Has("created") ? Whole(WindowPart.Newest, 0) : "CAST(NULL AS BIGINT)")} AS newest
              {Each(group.Features, (f, _) => $", {Result(f.Feature, inputs[f.Place])} AS f{f.Place}")}
            FROM l JOIN head USING (rid)
              JOIN body ON {Sql.Both(keys, k => $"l.k{k} = body.k{k}")} AND l.tile = body.tile AND {Sql.Both(spans.Length, i => $"l.low{i} = body.low{i}")}
            """;

        string Whole(WindowPart part, int span) => part.Both($"b{span}_{parts[part]}", $"h{parts[part]}");

        string Result(WindowFeature feature, (string, DataType)? input)
        {
            var span = Array.IndexOf(spans, (feature.Window, feature.Hop));
            var whole = Array.ConvertAll(WindowPart.Of(feature.Function, input), p => Whole(p, span));
            return feature.Function switch
            {
                AggregateFunction.Sum => $"CAST({whole[0]} AS DOUBLE)",
                AggregateFunction.Mean => $"CAST({whole[0]} AS DOUBLE) / nullif({whole[1]}, 0)",
                _ => whole[0],
            };
        }
    }

    private static string Each<T>(IEnumerable<T> items, Func<T, int, string> text) => string.Concat(items.Select(text));
}
