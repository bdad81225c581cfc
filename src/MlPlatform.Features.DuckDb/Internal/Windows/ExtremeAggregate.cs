namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>The least or the greatest value: only events are kept that no younger one beats.</summary>
internal sealed class ExtremeAggregate(WindowSpan span, EventColumn column, bool greatest) : WindowAggregate(span)
{
    private readonly NumberQueue candidates = new();

    public override void Add(long number)
    {
        if (column.IsNull(number))
        {
            return;
        }

        candidates.DropBefore(Start);
        while (
            candidates.Count > 0 && (greatest ? column.Compare(candidates.Last, number) < 0 : column.Compare(candidates.Last, number) > 0)
        )
        {
            candidates.DropLast();
        }

        candidates.Add(number);
    }

    public override bool Write(long next, int row)
    {
        candidates.DropBefore(Start);
        if (candidates.Count == 0)
        {
            return false;
        }

        column.CopyTo(candidates.First, Target, row);
        return true;
    }
}
