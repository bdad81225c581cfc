namespace MlPlatform.Serving.Internal;

/// <summary>A reference that the inference protocols asked for, while it is loading and from then on.</summary>
internal sealed class OpenModel(ModelHost host, Predictor<TensorRequest, IReadOnlyList<NamedTensor>> predictor, long now) : IDisposable
{
    private readonly CancellationTokenSource closing = new(); // Without a timer or a wait handle it holds nothing to dispose.
    private long lastUsed = now;
    private int waiting;

    public ModelHost Host { get; } = host;

    public Predictor<TensorRequest, IReadOnlyList<NamedTensor>> Predictor { get; } = predictor;

    /// <summary>Completes when it answers, or fails as the load did.</summary>
    public TaskCompletionSource Loaded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the load has failed.</summary>
    public bool HasFailed => Loaded.Task.IsFaulted;

    /// <summary>When it failed, as a timestamp of the work clock.</summary>
    public long FailedAt { get; private set; }

    /// <summary>Cancelled when it is let go of.</summary>
    public CancellationToken Closing => closing.Token;

    public void Dispose() => closing.Cancel();

    public void Fail(Exception exception, long now)
    {
        FailedAt = now;
        Loaded.TrySetException(exception);
        _ = Loaded.Task.Exception; // Seen, even if nobody waits any more.
    }

    /// <summary>Whether requests wait for it, or have waited and are being answered.</summary>
    public bool IsAwaited => Volatile.Read(ref waiting) > 0;

    public void BeginWait() => Interlocked.Increment(ref waiting);

    /// <returns>Whether it was the last one.</returns>
    public bool EndWait() => Interlocked.Decrement(ref waiting) == 0;

    public long LastUsed => Volatile.Read(ref lastUsed);

    public void Touch(long now) => Volatile.Write(ref lastUsed, now);
}
