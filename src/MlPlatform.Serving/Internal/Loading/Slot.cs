using System.Threading.Tasks.Sources;

namespace MlPlatform.Serving.Internal;

/// <summary>
/// All that one request needs of a version, made once and reused: its memory, the model bound to it, room for what is observed of a row, and its place among
/// the requests that wait.
/// </summary>
/// <remarks>Used by one request at a time. What concerns waiting belongs to the executor, under its lock.</remarks>
internal sealed class Slot : IDisposable, IValueTaskSource
{
    private readonly BoundModel model;
    private readonly VersionTally version;
    private ManualResetValueTaskSourceCore<bool> source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration cancellation;
    private Executor? executor;
    private long stamp;

    public Slot(IModelRunner runner, Observation observation, VersionTally tally, int rows = 1, BufferLayout? layout = null)
    {
        version = tally;
        model = new(runner, rows, layout);
        (Inputs, Outputs) = (model.Inputs, model.Outputs);
        Numeric = new double[observation.Layout.NumericColumns.Count];
        Categories = new ulong[observation.Layout.CategoryColumns.Count];
        Scores = new double[observation.ScoreCount];
        Tally = runner.RowsOfRun is > 0 and var most ? tally.Add(most, runs: (rows + most - 1) / most) : tally.Add(rows);
    }

    public RequestBuffer Inputs { get; }

    public RequestBuffer Outputs { get; }

    /// <summary>The memory that it holds for the model.</summary>
    public long Bytes => model.Bytes;

    public double[] Numeric { get; }

    public ulong[] Categories { get; }

    public double[] Scores { get; }

    /// <summary>What it has done so far.</summary>
    public SlotTally Tally { get; }

    /// <summary>How long the request waited.</summary>
    public long QueueTicks { get; set; }

    /// <summary>Whether bringing in and taking out are timed by themselves: beside a request of one small row the clock would be felt, and bringing in is part of the run's time.</summary>
    public bool IsTimed { get; private set; }

    /// <summary>How long it took to bring its values into the memory that the model reads.</summary>
    public long InputTicks { get; set; }

    /// <summary>How long the model ran, for it and for those that it shared the run with.</summary>
    public long RunTicks { get; set; }

    /// <summary>How long it took to take the answer out of the memory that the model has written.</summary>
    public long OutputTicks { get; set; }

    public bool IsWaiting { get; set; }

    public RunTerms Terms { get; private set; }

    public int Rank { get; private set; }

    public long QueuedAt { get; private set; }

    /// <summary>Its units of work; see <see cref="Internal.Executor"/>.</summary>
    public int Units { get; private set; }

    /// <summary>What it would cost by itself, in ticks.</summary>
    public double Cost { get; private set; }

    public Slot? Before { get; set; }

    public Slot? After { get; set; }

    /// <summary>Completes when it has run; to be awaited once.</summary>
    public ValueTask Completion => new(this, source.Version);

    /// <summary>Forgets the times of the request before.</summary>
    /// <param name="timestamp">When the request came, by the work clock.</param>
    /// <param name="isTimed">See <see cref="IsTimed"/>.</param>
    public void Begin(long timestamp, bool isTimed)
    {
        stamp = timestamp;
        IsTimed = isTimed;
        (QueueTicks, InputTicks, RunTicks, OutputTicks) = (0, 0, 0, 0);
    }

    /// <summary>What follows is timed from now on.</summary>
    public void Mark(TimeProvider clock) => stamp = clock.GetTimestamp();

    /// <summary>The time since the last one of this, of <see cref="Mark"/> and of <see cref="Begin"/>; what follows is timed from now on.</summary>
    public long Lap(TimeProvider clock)
    {
        var now = clock.GetTimestamp();
        var ticks = clock.GetElapsedTime(stamp, now).Ticks;
        stamp = now;
        return ticks;
    }

    public void Run() => model.Run();

    /// <summary>Begins to wait.</summary>
    public void Wait(in RunTerms terms, int rank, long now, int units, double cost)
    {
        source.Reset();
        (Terms, Rank, QueuedAt, Units, Cost, IsWaiting) = (terms, rank, now, units, cost, true);
    }

    /// <summary>Lets a token take it out of the queue.</summary>
    public void CancelWith(Executor owner, CancellationToken token)
    {
        executor = owner;
        cancellation = token.UnsafeRegister(static (state, cancelled) => ((Slot)state!).executor!.Cancel((Slot)state!, cancelled), this);
    }

    public void Succeed() => source.SetResult(true);

    public void Fail(Exception exception) => source.SetException(exception);

    public ValueTaskSourceStatus GetStatus(short token) => source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);

    /// <summary>Called by whoever awaited it, who may use the slot again from then on.</summary>
    public void GetResult(short token)
    {
        cancellation.Dispose(); // Waits for one that is just at work, so that it cannot reach the slot's next request.
        cancellation = default;
        source.GetResult(token);
    }

    public void Dispose()
    {
        version.Remove(Tally);
        model.Dispose();
    }
}
