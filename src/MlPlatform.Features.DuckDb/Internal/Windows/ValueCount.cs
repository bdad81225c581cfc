namespace MlPlatform.Features.DuckDb.Internal;

internal sealed class ValueCount : WindowAggregate
{
    private readonly EventColumn column;
    private readonly SlidingFold<Total<long>> fold;

    public ValueCount(WindowSpan span, EventColumn column)
        : base(span)
    {
        this.column = column;
        fold = new(Of);
    }

    public override void Add(long number) => fold.Add(Of(number));

    public override bool Write(long next, int row)
    {
        ((long[])Target)[row] = fold.Read(Start, next).Count;
        return true;
    }

    private Total<long> Of(long number) => new(0, column.IsNull(number) ? 0 : 1);
}
