using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>What is kept of a set of events so that sets can be added up: never by taking one from another.</summary>
/// <param name="Function">Count, sum, min, max, first or last; sums are not yet brought to a double.</param>
/// <param name="Column">The input; null for the events themselves.</param>
internal sealed record WindowPart(AggregateFunction Function, (string Name, DataType Type)? Column)
{
    /// <summary>The number of events.</summary>
    public static WindowPart Rows { get; } = new(AggregateFunction.Count, null);

    /// <summary>When the newest event became known.</summary>
    public static WindowPart Newest { get; } = new(AggregateFunction.Max, ("created", DataType.Int64));

    /// <summary>The parts that a function's result comes from.</summary>
    public static WindowPart[] Of(AggregateFunction function, (string Name, DataType Type)? column) =>
        function == AggregateFunction.Mean ? [new(AggregateFunction.Sum, column), new(AggregateFunction.Count, column)] : [new(function, column)];

    /// <summary>The part of events.</summary>
    public string OfEvents(string over) =>
        (Function, Column?.Name) switch
        {
            (_, null) => $"count(hit){over}",
            (AggregateFunction.Count, var v) => $"count({v}){over}",
            (AggregateFunction.Sum, _) => $"sum({WindowFunctionSql.Number(Column!.Value)}){over}",
            (AggregateFunction.Min, var v) => $"min({v}){over}",
            (AggregateFunction.Max, var v) => $"max({v}){over}",
            (AggregateFunction.First, var v) => $"arg_min({v}, best) FILTER (WHERE {v} IS NOT NULL){over}",
            (AggregateFunction.Last, var v) => $"arg_max({v}, best) FILTER (WHERE {v} IS NOT NULL){over}",
            _ => throw new InvalidOperationException($"A {Function} has no parts."),
        };

    /// <summary>The part of the tiles of which a column holds the parts.</summary>
    public string OfTiles(string part, string over) =>
        Function switch
        {
            AggregateFunction.Count or AggregateFunction.Sum => $"sum({part}){over}",
            AggregateFunction.Min => $"min({part}){over}",
            AggregateFunction.Max => $"max({part}){over}",
            AggregateFunction.First => $"arg_min({part}, moment) FILTER (WHERE {part} IS NOT NULL){over}",
            _ => $"arg_max({part}, moment) FILTER (WHERE {part} IS NOT NULL){over}",
        };

    /// <summary>The part of two sets, of which all events of one are before those of the other.</summary>
    public string Both(string before, string after) =>
        Function switch
        {
            AggregateFunction.Count => $"CAST(coalesce({before}, 0) + coalesce({after}, 0) AS BIGINT)",
            AggregateFunction.Sum => $"coalesce({before} + {after}, {before}, {after})",
            AggregateFunction.Min => $"CASE WHEN {before} > {after} THEN {after} ELSE coalesce({before}, {after}) END",
            AggregateFunction.Max => $"CASE WHEN {before} < {after} THEN {after} ELSE coalesce({before}, {after}) END",
            AggregateFunction.First => $"coalesce({before}, {after})",
            _ => $"coalesce({after}, {before})",
        };
}
