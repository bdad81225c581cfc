namespace MlPlatform.Serving.Internal;

/// <summary>Requests that wait, first in first out; one may leave from the middle. Not thread-safe.</summary>
/// <remarks>The links are the slots' own, so that nothing is allocated.</remarks>
internal sealed class SlotQueue
{
    private Slot? last;

    public Slot? First { get; private set; }

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    /// <summary>The rows that wait.</summary>
    public int Rows { get; private set; }

    /// <summary>Their units of work.</summary>
    public long Units { get; private set; }

    /// <summary>What they would cost one by one, in ticks.</summary>
    public double Cost { get; private set; }

    public void Add(Slot slot)
    {
        (slot.Before, slot.After) = (last, null);
        if (last is null)
        {
            First = slot;
        }
        else
        {
            last.After = slot;
        }

        last = slot;
        Count++;
        Rows += slot.Inputs.Rows;
        Units += slot.Units;
        Cost += slot.Cost;
    }

    public void Remove(Slot slot)
    {
        if (slot.Before is { } before)
        {
            before.After = slot.After;
        }
        else
        {
            First = slot.After;
        }

        if (slot.After is { } after)
        {
            after.Before = slot.Before;
        }
        else
        {
            last = slot.Before;
        }

        (slot.Before, slot.After) = (null, null);
        Count--;
        Rows -= slot.Inputs.Rows;
        Units -= slot.Units;
        Cost = First is null ? 0 : Cost - slot.Cost; // What rounding leaves does not add up.
    }
}
