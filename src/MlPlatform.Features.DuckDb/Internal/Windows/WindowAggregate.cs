using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>One feature over the events of one key after the other.</summary>
internal abstract class WindowAggregate(WindowSpan span)
{
    protected long Start => span.Start;

    /// <summary>The results, by row of the frame.</summary>
    public required Array Target { get; init; }

    public static WindowAggregate Of(AggregateFunction function, WindowSpan span, EventColumn? column, DataType? type, int rows)
    {
        if (column is null)
        {
            return new EventCount(span) { Target = new long[rows] };
        }

        var exact = !ColumnTypes.IsFloat(type!.Value);
        return function switch
        {
            AggregateFunction.Count => new ValueCount(span, column) { Target = new long[rows] },
            AggregateFunction.Sum or AggregateFunction.Mean when exact => new TotalAggregate<Int128>(
                span,
                column,
                column.Integer,
                function == AggregateFunction.Mean
            )
            {
                Target = new double[rows],
            },
            AggregateFunction.Sum or AggregateFunction.Mean => new TotalAggregate<double>(
                span,
                column,
                column.Double,
                function == AggregateFunction.Mean
            )
            {
                Target = new double[rows],
            },
            AggregateFunction.Variance or AggregateFunction.StdDev => new SpreadAggregate(
                span,
                column,
                function == AggregateFunction.StdDev
            )
            {
                Target = new double[rows],
            },
            AggregateFunction.Min or AggregateFunction.Max => new ExtremeAggregate(span, column, function == AggregateFunction.Max)
            {
                Target = column.NewTarget(rows),
            },
            AggregateFunction.First or AggregateFunction.Last => new EdgeAggregate(span, column, function == AggregateFunction.Last)
            {
                Target = column.NewTarget(rows),
            },
            _ => throw new ArgumentOutOfRangeException(nameof(function), function, "There is no such function."),
        };
    }

    /// <summary>Takes in an event, the newest of its key.</summary>
    public abstract void Add(long number);

    /// <summary>Writes the result of the window that begins at the span's start and ends before an event; false for null.</summary>
    public abstract bool Write(long next, int row);
}
