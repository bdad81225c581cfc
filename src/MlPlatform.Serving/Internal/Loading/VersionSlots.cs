namespace MlPlatform.Serving.Internal;

/// <summary>All slots of a version: of one row, of several, and of rows that have a shape of their own.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class VersionSlots(IModelRunner runner, Observation observation, VersionTally tally, int singles)
{
    private readonly BatchSlots batches = new(runner, observation, tally);
    private readonly ShapedSlots shaped = new(runner, observation, tally);

    /// <summary>Those of one row.</summary>
    public SlotPool<Slot> Singles { get; } = new(singles, () => new(runner, observation, tally));

    /// <param name="rows">Rows of the request.</param>
    /// <param name="layout">The layout of its inputs, where it may not be the version's own.</param>
    public Slot Rent(int rows, BufferLayout? layout = null) =>
        layout is not null && layout != runner.Inputs ? shaped.Rent(rows, layout)
        : rows == 1 ? Singles.Rent()
        : batches.Rent(rows);

    public void Return(Slot slot)
    {
        if (slot.Inputs.Layout != runner.Inputs)
        {
            shaped.Return(slot);
        }
        else if (slot.Inputs.Rows == 1)
        {
            Singles.Return(slot);
        }
        else
        {
            batches.Return(slot);
        }
    }

    /// <summary>Disposes those that are here; what is still rented is not touched.</summary>
    public void Clear()
    {
        Singles.Clear();
        batches.Clear();
        shaped.Clear();
    }
}
