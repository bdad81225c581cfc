namespace MlPlatform.AspNetCore.Internal;

/// <summary>Counts the requests that are being answered, and lets in no more once the server is about to close.</summary>
internal sealed class RequestDrain
{
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running;
    private volatile bool stopping;
    private volatile bool refusing;

    /// <summary>Whether the server has been told to stop: whoever asks should send no more. It still answers.</summary>
    public bool IsStopping => stopping;

    public int Running => Volatile.Read(ref running);

    /// <summary>Whether a request may be answered; if so, <see cref="Leave"/> follows.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref running); // Before the look at the flag, so that whoever sets it either is seen or sees this request.
        if (!refusing)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref running) == 0 && refusing)
        {
            idle.TrySetResult();
        }
    }

    public void Announce() => stopping = true;

    /// <summary>Lets nobody in from now on; completes when everybody has left.</summary>
    public Task CloseAsync()
    {
        refusing = true;
        Interlocked.MemoryBarrier();
        if (Running == 0)
        {
            idle.TrySetResult();
        }

        return idle.Task;
    }
}
