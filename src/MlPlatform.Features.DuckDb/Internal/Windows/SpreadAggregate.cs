namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>A variance or a standard deviation.</summary>
internal sealed class SpreadAggregate : WindowAggregate
{
    private readonly EventColumn column;
    private readonly bool root;
    private readonly SlidingFold<Moments> fold;

    public SpreadAggregate(WindowSpan span, EventColumn column, bool root)
        : base(span)
    {
        this.column = column;
        this.root = root;
        fold = new(Of);
    }

    public override void Add(long number) => fold.Add(Of(number));

    public override bool Write(long next, int row)
    {
        var variance = fold.Read(Start, next).Variance();
        ((double[])Target)[row] = root ? Math.Sqrt(variance ?? 0) : variance ?? 0;
        return variance is not null;
    }

    private Moments Of(long number) => column.IsNull(number) ? default : Moments.Of(column.Double(number));
}
