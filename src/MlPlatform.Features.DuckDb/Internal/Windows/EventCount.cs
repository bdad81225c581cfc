namespace MlPlatform.Features.DuckDb.Internal;

internal sealed class EventCount(WindowSpan span) : WindowAggregate(span)
{
    public override void Add(long number) { }

    public override bool Write(long next, int row)
    {
        ((long[])Target)[row] = next - Start;
        return true;
    }
}
