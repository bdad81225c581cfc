using System.Numerics;

namespace MlPlatform.Monitoring.Internal;

/// <summary>The stripes and the block pool of one layout.</summary>
internal sealed class LayoutCapture
{
    public const int MaximumStripes = 16;

    private const int UsedRounds = 2; // A model in use has rows in each: whatever else was loaded lately has no share of the buffers.
    private const int KeptRounds = 60; // Blocks are large, so they are not made anew after each short pause.

    private readonly CaptureStripe[] stripes;
    private readonly Stack<CaptureBlock> free = new();
    private readonly Lock poolGate = new();
    private readonly int blockRows;
    private long dropped;
    private long reported;
    private long rents;
    private long rentsBefore;
    private int idleRounds;
    private bool isInUse;

    public LayoutCapture(PredictionLayout layout, int blockRows)
    {
        Layout = layout;
        (NumericWidth, CategoryWidth) = (layout.NumericColumns.Count, layout.CategoryColumns.Count);
        this.blockRows = blockRows;
        var count = Math.Min(MaximumStripes, (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * 2));
        stripes = [.. Enumerable.Range(0, count).Select(_ => new CaptureStripe())];
    }

    public PredictionLayout Layout { get; }

    public int NumericWidth { get; }

    public int CategoryWidth { get; }

    /// <summary>The row's id in the database, once it is committed.</summary>
    public long? StoredId { get; set; }

    /// <summary>How columns are counted; made when rows are first stored, off the caller's path.</summary>
    public PaneShape Shape => field ??= PaneShape.Of(Layout);

    public int BlocksInUse { get; private set; }

    public long Dropped => Volatile.Read(ref dropped);

    public ReadOnlySpan<CaptureStripe> Stripes => stripes;

    public void CountDropped() => Interlocked.Increment(ref dropped);

    /// <summary>Rows dropped since the last call, for the metric; called by the one who stores.</summary>
    public long TakeUnreported()
    {
        var now = Dropped;
        var difference = now - reported;
        reported = now;
        return difference;
    }

    /// <summary>How many calls in a row have found that no block was asked for since the call before and none is in use.</summary>
    /// <param name="inUse">How many layouts share the buffers.</param>
    public int CountIdle(ref int inUse)
    {
        lock (poolGate)
        {
            idleRounds = rents == rentsBefore && BlocksInUse == 0 ? idleRounds + 1 : 0;
            rentsBefore = rents;
            if (idleRounds >= UsedRounds)
            {
                LeaveBuffers(ref inUse);
            }

            if (idleRounds >= KeptRounds)
            {
                free.Clear();
            }

            return idleRounds;
        }
    }

    /// <summary>It asks for no more blocks.</summary>
    /// <param name="inUse">How many layouts share the buffers.</param>
    public void Close(ref int inUse)
    {
        lock (poolGate)
        {
            LeaveBuffers(ref inUse);
        }
    }

    /// <param name="blocks">All blocks that the layouts in use share, though each may have one for each stripe.</param>
    /// <param name="inUse">How many they are.</param>
    /// <returns>Null when this one has its share already.</returns>
    public CaptureBlock? TryRent(int blocks, ref int inUse)
    {
        lock (poolGate)
        {
            if (!isInUse)
            {
                isInUse = true;
                Interlocked.Increment(ref inUse);
            }

            if (BlocksInUse >= Math.Max(stripes.Length, blocks / Math.Max(1, Volatile.Read(ref inUse))))
            {
                return null;
            }

            BlocksInUse++;
            rents++;
            return free.TryPop(out var block) ? block : new(this, blockRows);
        }
    }

    public void Return(CaptureBlock block)
    {
        block.Clear();
        lock (poolGate)
        {
            BlocksInUse--;
            free.Push(block);
        }
    }

    private void LeaveBuffers(ref int inUse)
    {
        if (isInUse)
        {
            isInUse = false;
            Interlocked.Decrement(ref inUse);
        }
    }
}
