using System.Diagnostics;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Runs the requests of one version: at once on the caller's thread, or after those that wait, by itself or together with them.</summary>
/// <remarks>
/// Thread-safe. A request that finds room runs on its caller's thread. One that does not waits in its slot; whoever has finished a run starts a worker,
/// which takes what waits then, whole requests in their order up to the best number of rows, and goes on until nothing waits. Nobody waits for a batch to
/// fill, and there is no timer; but where runs are shared, they come after what the thread pool has to do, which is mostly to read more requests. See the
/// guide on serving.
/// Costs are known by units of work: by rows, and where rows differ in shape by how many of those that were measured have as many elements.
/// </remarks>
internal sealed class Executor(ModelVersionId version, CostCurve cost, VersionSlots slots, ExecutionLimits limits, TimeProvider clock)
    : IThreadPoolWorkItem
{
    private const double InlineTicks = 100 * TimeSpan.TicksPerMicrosecond;
    private const double LeastGain = 1.5;
    private const double LeastSaving = 10 * TimeSpan.TicksPerMicrosecond;
    private const double Hysteresis = 0.75; // What pays already goes on until it pays clearly less.
    private const double Smoothing = 1.0 / 16;
    private const int Priorities = 3;
    private const int RunsBetweenDecisions = 256;
    private const int MostPassed = 64; // Requests of another shape that are looked past under the lock.
    private readonly Lock gate = new();
    private readonly SlotQueue[] queues = [new(), new(), new()]; // By rank: the most urgent first.
    private readonly long headStart = (long)(limits.MaxQueueTime.TotalSeconds * clock.TimestampFrequency);
    private int running;
    private int undecided;
    private double slowness = 1; // How many times longer runs take than the model alone, by those that share its processors.
    private volatile bool isBatched;
    private volatile int batchRows = 1;
    private int mostRows = 1;

    public ExecutorMode Mode =>
        isBatched ? ExecutorMode.Batched
        : cost.Predict(1) <= InlineTicks ? ExecutorMode.Inline
        : ExecutorMode.Gated;

    /// <summary>Elements of a row that is one unit of work; 0 where every row is. Set before the first request.</summary>
    public long Unit { get; set; }

    /// <summary>What a run costs by its units of work.</summary>
    public CostCurve Cost => cost;

    /// <summary>The most rows that requests share a run for now, of those that are one unit.</summary>
    public int BatchRows => batchRows;

    /// <summary>The requests that wait.</summary>
    public int QueuedRequests
    {
        get
        {
            lock (gate)
            {
                return queues.Sum(q => q.Count);
            }
        }
    }

    /// <summary>The rows that wait.</summary>
    public int QueuedRows
    {
        get
        {
            lock (gate)
            {
                return queues.Sum(q => q.Rows);
            }
        }
    }

    /// <summary>Allows requests to share runs, where it pays.</summary>
    /// <param name="rows">The most rows of such a run.</param>
    public void Join(int rows)
    {
        mostRows = rows;
        Decide();
    }

    /// <summary>The units of work of a request; not less than its rows.</summary>
    public int UnitsOf(Slot slot) =>
        Unit == 0
            ? slot.Inputs.Rows
            : (int)Math.Min(slot.Inputs.Rows * Math.Max(1, Math.Ceiling((double)slot.Inputs.Layout.Elements / Unit)), int.MaxValue);

    private void Decide()
    {
        var rows = cost.BestRows(mostRows);
        var (one, each) = (cost.Predict(1), cost.Predict(rows) / rows);
        var scale = isBatched ? Hysteresis : 1;
        batchRows = rows;
        isBatched = rows > 1 && one / each >= LeastGain * scale && one - each >= LeastSaving * scale;
    }

    /// <summary>Runs a slot that is written.</summary>
    /// <returns>Completes when its outputs are there, at once unless it has to wait.</returns>
    /// <exception cref="PredictionFailedException">The model failed.</exception>
    /// <exception cref="ModelOverloadedException">Too much waits already.</exception>
    /// <exception cref="PredictionTimeoutException">Its time was over, or would be, before it ran.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before it ran.</exception>
    public ValueTask RunAsync(Slot slot, in RunTerms terms, CancellationToken cancellationToken)
    {
        if (terms.Deadline != 0 && clock.GetTimestamp() > terms.Deadline) // What came before it, such as a feature read, took too long.
        {
            throw new PredictionTimeoutException(version, terms.Timeout);
        }

        if (!isBatched && cost.Predict(UnitsOf(slot)) <= InlineTicks)
        {
            Run(slot, isSampled: true);
            return default;
        }

        if (!TryEnter(slot, terms))
        {
            slot.CancelWith(this, cancellationToken);
            return slot.Completion;
        }

        try
        {
            Run(slot);
        }
        finally
        {
            Leave();
        }

        return default;
    }

    /// <summary>What a request of one row would be told that comes now; null when it would run or wait.</summary>
    /// <remarks>Not thrown: on a busy server most requests end here, and to throw costs more than many a model.</remarks>
    public ModelOverloadedException? Refuse(PredictionPriority priority)
    {
        if (Volatile.Read(ref running) < limits.Concurrency)
        {
            return null;
        }

        lock (gate)
        {
            return running < limits.Concurrency ? null : RefuseTo(TimeSpan.FromTicks((long)PredictWait(RankOf(priority))), rows: 1);
        }
    }

    /// <summary>Takes a request that waits out of the queue; one that is running runs to its end.</summary>
    public void Cancel(Slot slot, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (!slot.IsWaiting)
            {
                return;
            }

            Remove(slot);
        }

        slot.Fail(new OperationCanceledException(cancellationToken));
    }

    void IThreadPoolWorkItem.Execute()
    {
        var taken = new List<Slot>();
        var expired = new List<Slot>();
        while (Take(taken, expired))
        {
            foreach (var slot in expired)
            {
                slot.Fail(new PredictionTimeoutException(version, slot.Terms.Timeout));
            }

            if (taken.Count == 1)
            {
                RunAlone(taken[0]);
            }
            else if (taken.Count > 1)
            {
                RunTogether(taken);
            }

            taken.Clear();
            expired.Clear();
            if (isBatched)
            {
                Continue(); // Behind the requests that are being read, which fill the next run.
                return;
            }
        }
    }

    /// <returns>Whether it may run now; else it waits.</returns>
    private bool TryEnter(Slot slot, in RunTerms terms)
    {
        var rank = RankOf(terms.Priority);
        var rows = slot.Inputs.Rows;
        var units = UnitsOf(slot);
        var own = cost.Predict(units);
        lock (gate)
        {
            if (running < limits.Concurrency) // Then nobody waits: a right to run is given back only when the queue is empty.
            {
                running++;
                if (!isBatched || !limits.IsBusy())
                {
                    return true;
                }

                // Others are being read, which may share its run.
                slot.Wait(terms, rank, clock.GetTimestamp(), units, own);
                queues[rank].Add(slot);
                Continue();
                return false;
            }

            var wait = TimeSpan.FromTicks((long)PredictWait(rank));
            var now = clock.GetTimestamp();
            if (terms.Deadline != 0 && now + ToTimestamp(wait + TimeSpan.FromTicks((long)own)) > terms.Deadline)
            {
                ServingDiagnostics.Rejects.Add(1, TagsOf("deadline"));
                throw new ModelOverloadedException(
                    version,
                    $"it would come to the request in {wait.TotalMilliseconds:0} ms, which has {terms.Timeout.TotalMilliseconds:0}.",
                    wait
                );
            }

            if (RefuseTo(wait, rows) is { } refusal)
            {
                throw refusal;
            }

            slot.Wait(terms, rank, now, units, own);
            queues[rank].Add(slot);
            return false;
        }
    }

    /// <summary>What a request is told that would have to wait so long; null where it may.</summary>
    private ModelOverloadedException? RefuseTo(TimeSpan wait, int rows)
    {
        if (wait > limits.MaxQueueTime)
        {
            ServingDiagnostics.Rejects.Add(1, TagsOf("time"));
            return new(version, $"what waits takes {wait.TotalMilliseconds:0} ms.", wait);
        }

        var all = queues[0].Rows + queues[1].Rows + queues[2].Rows;
        if (all > 0 && all + rows > limits.MaxQueueRows)
        {
            ServingDiagnostics.Rejects.Add(1, TagsOf("rows"));
            return new(version, $"{all} rows wait.", wait);
        }

        return null;
    }

    private void Leave()
    {
        lock (gate)
        {
            if (IsEmpty())
            {
                running--;
                return;
            }
        }

        Continue();
    }

    /// <summary>Lets a worker go on, to which the right to run goes over.</summary>
    private void Continue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <returns>False when nothing waits; the right to run is given back then.</returns>
    private bool Take(List<Slot> taken, List<Slot> expired)
    {
        var now = clock.GetTimestamp();
        var (rows, units) = (0, 0L);
        bool isShared;
        string closed;
        lock (gate)
        {
            isShared = isBatched;
            var most = isShared ? batchRows : 1;
            Slot? next;
            while ((next = Next(taken.Count > 0 ? taken[0] : null)) is not null)
            {
                if (next.Terms.Deadline != 0 && now > next.Terms.Deadline)
                {
                    Remove(next);
                    expired.Add(next);
                    continue;
                }

                if (taken.Count > 0 && units + next.Units > most)
                {
                    break;
                }

                Remove(next);
                next.QueueTicks = clock.GetElapsedTime(next.QueuedAt, now).Ticks;
                taken.Add(next);
                rows += next.Inputs.Rows;
                units += next.Units;
            }

            if (taken.Count == 0 && expired.Count == 0)
            {
                running--;
                return false;
            }

            closed =
                next is not null ? "full"
                : IsEmpty() ? "drained"
                : "shape";
        }

        if (isShared && taken.Count > 0)
        {
            ServingDiagnostics.BatchSize.Record(rows, TagsOf(closed));
        }

        return true;
    }

    private void RunAlone(Slot slot)
    {
        try
        {
            slot.Mark(clock);
            Run(slot);
        }
        catch (PredictionFailedException e)
        {
            slot.Fail(e);
            return;
        }

        slot.Succeed();
    }

    private void RunTogether(List<Slot> taken)
    {
        Slot? batch = null;
        try
        {
            batch = slots.Rent(taken.Sum(s => s.Inputs.Rows), taken[0].Inputs.Layout);
            batch.Begin(clock.GetTimestamp(), isTimed: false);
            var row = 0;
            foreach (var slot in taken)
            {
                slot.Inputs.CopyRowsTo(batch.Inputs, 0, row, slot.Inputs.Rows);
                row += slot.Inputs.Rows;
            }

            var input = batch.Lap(clock);
            Run(batch);
            row = 0;
            foreach (var slot in taken)
            {
                batch.Outputs.CopyRowsTo(slot.Outputs, row, 0, slot.Inputs.Rows);
                slot.RunTicks = batch.RunTicks;
                slot.InputTicks += input;
                row += slot.Inputs.Rows;
            }

            slots.Return(batch);
        }
        catch (Exception)
        {
            ServingDiagnostics.SplitBatches.Add(1, TagsOf());
            batch?.Dispose();
            taken.ForEach(RunAlone); // One of them may be at fault, which is told what it was; the others are to have their answers.
            return;
        }

        taken.ForEach(s => s.Succeed());
    }

    /// <param name="slot">The request, or several; its time runs already.</param>
    /// <param name="isSampled">Learn from some runs only, since with a small model learning would be felt; but from each that is too slow for one, and from those after it.</param>
    private void Run(Slot slot, bool isSampled = false)
    {
        try
        {
            slot.Run();
        }
        catch (Exception e)
        {
            slot.RunTicks = slot.Lap(clock);
            throw new PredictionFailedException(version, InputRefusal.Find(e) ?? e);
        }

        var ticks = slot.Lap(clock);
        slot.RunTicks = ticks;
        slot.Tally.Ran(ticks);
        if (!isSampled || ticks > InlineTicks || cost.IsSurprised || (slot.Tally.Runs & 15) == 0)
        {
            Learn(UnitsOf(slot), ticks);
        }
    }

    private void Learn(int units, long ticks)
    {
        var predicted = cost.Predict(units);
        cost.Observe(units, ticks);
        if (predicted > 0)
        {
            slowness += (Math.Min(ticks / predicted, 100) - slowness) * Smoothing;
        }

        if (Interlocked.Increment(ref undecided) >= RunsBetweenDecisions)
        {
            undecided = 0;
            Decide();
        }
    }

    /// <summary>How long until what waits before a request of this rank is done, and what runs now before it, in ticks.</summary>
    private double PredictWait(int rank)
    {
        var (units, alone) = (0L, 0.0);
        for (var i = 0; i <= rank; i++)
        {
            units += queues[i].Units;
            alone += queues[i].Cost;
        }

        var each = isBatched ? batchRows : 1;
        var run = cost.Predict(each);
        var together = isBatched ? (double)units / each * run : alone;
        return ((Math.Min(alone, together) / limits.Concurrency) + run) * Math.Max(1, slowness);
    }

    /// <summary>The one whose turn it is: each step of priority counts as a time that was waited already.</summary>
    /// <param name="like">Only of its shape, which share a run with it, and of each priority those that wait longest; null for any.</param>
    private Slot? Next(Slot? like)
    {
        Slot? next = null;
        for (var i = 0; i < Priorities; i++)
        {
            if (FirstOf(queues[i], like) is { } first && (next is null || TurnOf(first) < TurnOf(next)))
            {
                next = first;
            }
        }

        return next;
    }

    private Slot? FirstOf(SlotQueue queue, Slot? like)
    {
        if (Unit == 0 || like is null)
        {
            return queue.First;
        }

        var slot = queue.First;
        for (var seen = 0; slot is not null && !slot.Inputs.Layout.HasShapeOf(like.Inputs.Layout); seen++)
        {
            slot = seen < MostPassed ? slot.After : null;
        }

        return slot;
    }

    private long TurnOf(Slot slot) => slot.QueuedAt + (slot.Rank * headStart);

    private void Remove(Slot slot)
    {
        queues[slot.Rank].Remove(slot);
        slot.IsWaiting = false;
    }

    private bool IsEmpty() => queues[0].First is null && queues[1].First is null && queues[2].First is null;

    private long ToTimestamp(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    private static int RankOf(PredictionPriority priority) =>
        priority switch
        {
            PredictionPriority.High => 0,
            PredictionPriority.Low => 2,
            _ => 1,
        };

    private TagList TagsOf(string? reason = null)
    {
        var tags = new TagList { { "mlplatform.model.name", version.Name }, { "mlplatform.model.version", version.Version } };
        if (reason is not null)
        {
            tags.Add("mlplatform.reason", reason);
        }

        return tags;
    }
}
