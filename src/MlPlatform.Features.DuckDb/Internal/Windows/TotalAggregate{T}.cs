using System.Numerics;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>A sum or a mean.</summary>
internal sealed class TotalAggregate<T> : WindowAggregate
    where T : struct, INumber<T>
{
    private readonly EventColumn column;
    private readonly Func<long, T> value;
    private readonly bool mean;
    private readonly SlidingFold<Total<T>> fold;

    public TotalAggregate(WindowSpan span, EventColumn column, Func<long, T> value, bool mean)
        : base(span)
    {
        this.column = column;
        this.value = value;
        this.mean = mean;
        fold = new(Of);
    }

    public override void Add(long number) => fold.Add(Of(number));

    public override bool Write(long next, int row)
    {
        var total = fold.Read(Start, next);
        ((double[])Target)[row] = total.Count == 0 ? 0 : double.CreateTruncating(total.Sum) / (mean ? total.Count : 1);
        return total.Count > 0;
    }

    private Total<T> Of(long number) => column.IsNull(number) ? default : new(value(number), 1);
}
