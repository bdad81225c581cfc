namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>The first or the last value that is not null, in the order of the winner rule.</summary>
internal sealed class EdgeAggregate(WindowSpan span, EventColumn column, bool last) : WindowAggregate(span)
{
    private readonly NumberQueue present = new();

    public override void Add(long number)
    {
        if (column.IsNull(number))
        {
            return;
        }

        if (last && present.Count > 0)
        {
            present.DropLast();
        }

        present.Add(number);
    }

    public override bool Write(long next, int row)
    {
        present.DropBefore(Start);
        if (present.Count == 0)
        {
            return false;
        }

        column.CopyTo(present.First, Target, row);
        return true;
    }
}
