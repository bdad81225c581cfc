using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>The expressions of the aggregate functions.</summary>
internal static class WindowFunctionSql
{
    /// <summary>The type of a function's result.</summary>
    /// <exception cref="ArgumentException">The function does not take such a column.</exception>
    public static DataType ResultType(WindowFeature feature, DataType? input)
    {
        if (feature.Function == AggregateFunction.Count)
        {
            return DataType.Int64;
        }

        if (input is not { } type)
        {
            throw new ArgumentException($"Feature '{feature.Name}' names no column; only a count of rows needs none.", nameof(feature));
        }

        if (feature.Function is AggregateFunction.Min or AggregateFunction.Max or AggregateFunction.First or AggregateFunction.Last)
        {
            return type;
        }

        return ColumnTypes.IsInteger(type) || ColumnTypes.IsFloat(type) || type == DataType.Bool
            ? DataType.Float64
            : throw new ArgumentException(
                $"Feature '{feature.Name}': column '{feature.Column}' holds {type}, which is no number.",
                nameof(feature)
            );
    }

    /// <summary>The expression of a function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="value">Its input and the input's type; null for a count of rows.</param>
    /// <param name="condition">What an event must fulfil.</param>
    public static string Expression(AggregateFunction function, (string Column, DataType Type)? value, string condition)
    {
        if (value is not { } input)
        {
            return Call("count(hit)", null);
        }

        var number = input.Type switch
        {
            DataType.Bool => $"CAST({input.Column} AS INTEGER)",
            DataType.Float32 => $"CAST({input.Column} AS DOUBLE)",
            _ => input.Column,
        };
        return function switch
        {
            AggregateFunction.Count => Call($"count({input.Column})", null),
            AggregateFunction.Sum => $"CAST({Call($"sum({number})", null)} AS DOUBLE)",
            AggregateFunction.Mean => Call($"avg({number})", null),
            AggregateFunction.Min => Call($"min({input.Column})", null),
            AggregateFunction.Max => Call($"max({input.Column})", null),
            AggregateFunction.Variance => Spread("var_samp"),
            AggregateFunction.StdDev => Spread("stddev_samp"),
            AggregateFunction.First => Call($"arg_min({input.Column}, best)", $"{input.Column} IS NOT NULL"),
            AggregateFunction.Last => Call($"arg_max({input.Column}, best)", $"{input.Column} IS NOT NULL"),
            _ => throw new ArgumentOutOfRangeException(nameof(function), function, "There is no such function."),
        };

        string Call(string call, string? further) =>
            $"{call} FILTER (WHERE {condition}{(further is null ? string.Empty : $" AND {further}")})";

        // The engine fails on a variance that is not finite, where a sum or a mean answers NaN.
        string Spread(string name) =>
            ColumnTypes.IsFloat(input.Type)
                ? $"""
                    CASE WHEN {Call($"count({number})", null)} > 1 AND {Call(
                        $"count({number})",
                        $"NOT isfinite({number})"
                    )} > 0 THEN CAST('NaN' AS DOUBLE)
                    ELSE {Call($"{name}({number})", $"isfinite({number})")} END
                    """
                : Call($"{name}({number})", null);
    }
}
