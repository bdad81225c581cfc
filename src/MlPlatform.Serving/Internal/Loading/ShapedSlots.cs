namespace MlPlatform.Serving.Internal;

/// <summary>Slots of requests whose rows have a shape of their own; those used last are kept for the next request of the same shape.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ShapedSlots(IModelRunner runner, Observation observation, VersionTally tally)
{
    private const int Kept = 32;
    private const long KeptBytes = 16 << 20;
    private readonly Lock gate = new();
    private readonly LinkedList<Slot> slots = []; // The one used last is the first.
    private long bytes;

    public Slot Rent(int rows, BufferLayout layout)
    {
        lock (gate)
        {
            for (var node = slots.First; node is not null; node = node.Next)
            {
                if (node.Value.Inputs.Rows == rows && node.Value.Inputs.Layout.HasShapeOf(layout))
                {
                    return Take(node);
                }
            }
        }

        return new(runner, observation, tally, rows, layout);
    }

    public void Return(Slot slot)
    {
        List<Slot>? gone = null;
        lock (gate)
        {
            slots.AddFirst(slot);
            bytes += slot.Bytes;
            while (slots.Count > Kept || bytes > KeptBytes)
            {
                (gone ??= []).Add(Take(slots.Last!));
            }
        }

        gone?.ForEach(s => s.Dispose());
    }

    public void Clear()
    {
        lock (gate)
        {
            while (slots.Last is { } node)
            {
                Take(node).Dispose();
            }
        }
    }

    private Slot Take(LinkedListNode<Slot> node)
    {
        slots.Remove(node);
        bytes -= node.Value.Bytes;
        return node.Value;
    }
}
