namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>Growing numbers of events, taken away at both ends.</summary>
internal sealed class NumberQueue
{
    private long[] items = new long[16];
    private int head;

    public int Count { get; private set; }

    public long First => items[head];

    public long Last => items[(head + Count - 1) & (items.Length - 1)];

    public void Add(long number)
    {
        if (Count == items.Length)
        {
            var larger = new long[Count * 2];
            items.AsSpan(head).CopyTo(larger);
            items.AsSpan(0, head).CopyTo(larger.AsSpan(Count - head));
            (items, head) = (larger, 0);
        }

        items[(head + Count++) & (items.Length - 1)] = number;
    }

    public void DropLast() => Count--;

    public void DropBefore(long number)
    {
        while (Count > 0 && First < number)
        {
            head = (head + 1) & (items.Length - 1);
            Count--;
        }
    }
}
