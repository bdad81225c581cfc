namespace MlPlatform.Serving.Internal;

/// <summary>What one slot has done. Written by whoever holds the slot, without locks; others may read along.</summary>
/// <param name="rows">The rows of its runs.</param>
/// <param name="runs">How often the model runs for a request.</param>
internal sealed class SlotTally(int rows, int runs = 1)
{
    /// <summary>The rows of its runs.</summary>
    public int RowsOfRun { get; } = rows;

    public long Runs { get; private set; }

    public long RunTicks { get; private set; }

    public long Answers { get; private set; }

    public long Rows { get; private set; }

    public long QueueTicks { get; private set; }

    public long InputTicks { get; private set; }

    public long InferTicks { get; private set; }

    public long OutputTicks { get; private set; }

    public long Failures { get; private set; }

    public long FailureTicks { get; private set; }

    /// <summary>Platform time of the last answer, in microseconds; 0 for none.</summary>
    public long LastMicros { get; private set; }

    public void Ran(long ticks)
    {
        Runs += runs;
        RunTicks += ticks;
    }

    public void Answered(Slot slot, long micros)
    {
        Answers++;
        Rows += slot.Inputs.Rows;
        QueueTicks += slot.QueueTicks;
        InputTicks += slot.InputTicks;
        InferTicks += slot.RunTicks;
        OutputTicks += slot.OutputTicks;
        LastMicros = Math.Max(LastMicros, micros);
    }

    public void Failed(long ticks)
    {
        Failures++;
        FailureTicks += ticks;
    }

    public void Add(SlotTally other)
    {
        Runs += other.Runs;
        RunTicks += other.RunTicks;
        Answers += other.Answers;
        Rows += other.Rows;
        QueueTicks += other.QueueTicks;
        InputTicks += other.InputTicks;
        InferTicks += other.InferTicks;
        OutputTicks += other.OutputTicks;
        Failures += other.Failures;
        FailureTicks += other.FailureTicks;
        LastMicros = Math.Max(LastMicros, other.LastMicros);
    }
}
