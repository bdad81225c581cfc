using System.Collections.Concurrent;

namespace MlPlatform.Serving.Internal;

/// <summary>Slots of several rows, kept by their number, since a runtime binds memory of one shape. Large ones are not kept.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class BatchSlots(IModelRunner runner, Observation observation, VersionTally tally)
{
    private const int KeptRows = 128;
    private const int KeptBytes = 1 << 20;
    private readonly ConcurrentDictionary<int, SlotPool<Slot>> pools = new();

    public Slot Rent(int rows) => rows <= KeptRows ? PoolOf(rows).Rent() : Make(rows);

    public void Return(Slot slot)
    {
        if (slot.Inputs.Rows <= KeptRows && slot.Bytes <= KeptBytes)
        {
            PoolOf(slot.Inputs.Rows).Return(slot);
        }
        else
        {
            slot.Dispose();
        }
    }

    public void Clear()
    {
        foreach (var pool in pools.Values)
        {
            pool.Clear();
        }
    }

    private SlotPool<Slot> PoolOf(int rows) =>
        pools.GetOrAdd(rows, static (r, self) => new(Environment.ProcessorCount, () => self.Make(r)), this);

    private Slot Make(int rows) => new(runner, observation, tally, rows);
}
