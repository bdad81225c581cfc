using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>What all slots of a version have done: each counts for itself, so that counting costs a request nothing, and is added up when somebody asks.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class VersionTally
{
    private readonly Lock gate = new();
    private readonly HashSet<SlotTally> slots = [];
    private readonly Dictionary<int, SlotTally> gone = []; // By rows of a run: what slots did that are no more.

    public SlotTally Add(int rows, int runs = 1)
    {
        var tally = new SlotTally(rows, runs);
        lock (gate)
        {
            slots.Add(tally);
        }

        return tally;
    }

    public void Remove(SlotTally tally)
    {
        lock (gate)
        {
            if (slots.Remove(tally))
            {
                GoneOf(tally.RowsOfRun).Add(tally);
            }
        }
    }

    public ModelStatistics Sum(ModelVersionId version)
    {
        var all = new SlotTally(0);
        var runs = new SortedDictionary<int, (long Count, long Ticks)>();
        lock (gate)
        {
            foreach (var tally in slots.Concat(gone.Values))
            {
                all.Add(tally);
                if (tally.Runs > 0)
                {
                    var (count, ticks) = runs.GetValueOrDefault(tally.RowsOfRun);
                    runs[tally.RowsOfRun] = (count + tally.Runs, ticks + tally.RunTicks);
                }
            }
        }

        return new(
            version,
            all.LastMicros == 0 ? null : DateTimeOffset.UnixEpoch.AddMicroseconds(all.LastMicros),
            all.Rows,
            Time(all.QueueTicks + all.InputTicks + all.InferTicks + all.OutputTicks),
            new(all.Failures, TimeSpan.FromTicks(all.FailureTicks)),
            Time(all.QueueTicks),
            Time(all.InputTicks),
            Time(all.InferTicks),
            Time(all.OutputTicks),
            [.. runs.Select(r => new RunStatistics(r.Key, new(r.Value.Count, TimeSpan.FromTicks(r.Value.Ticks))))]
        );

        TimeStatistics Time(long ticks) => new(all.Answers, TimeSpan.FromTicks(ticks));
    }

    private SlotTally GoneOf(int rows)
    {
        if (!gone.TryGetValue(rows, out var tally))
        {
            gone[rows] = tally = new(rows);
        }

        return tally;
    }
}
