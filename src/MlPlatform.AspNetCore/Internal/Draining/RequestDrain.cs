using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Counts the requests that are being answered, and lets in no more once the server is about to close.</summary>
internal sealed class RequestDrain
{
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running;
    private volatile bool stopping;
    private volatile bool endedStreams;

    /// <summary>Whether the server has been told to stop: whoever asks should send no more. It still answers.</summary>
    public bool IsStopping => stopping;

    /// <summary>Completes when nobody is let in any more: who only waits for the next request of a call should leave.</summary>
    public Task Closing => closing.Task;

    /// <summary>Whether callers were told to go who had not ended their side of a call.</summary>
    public bool HasEndedStreams => endedStreams;

    public int Running => Volatile.Read(ref running);

    /// <summary>Whether a request may be answered; if so, <see cref="Leave"/> follows.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref running); // Before the look at the flag, so that whoever sets it either is seen or sees this request.
        if (!Closing.IsCompleted)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref running) == 0 && Closing.IsCompleted)
        {
            idle.TrySetResult();
        }
    }

    public void Announce() => stopping = true;

    /// <summary>What is told to who comes, or would go on, once the server is about to close.</summary>
    /// <param name="undone">What was not done.</param>
    /// <param name="closesConnection">Whether the connection is to be closed after the answer.</param>
    public static MlflowException Refuse(string undone, bool closesConnection = false) =>
        new(
            new(
                StatusCodes.Status503ServiceUnavailable,
                "TEMPORARILY_UNAVAILABLE",
                $"The server is stopping; {undone}. Try again, elsewhere."
            )
            {
                ClosesConnection = closesConnection,
            }
        );

    /// <summary>What ends a call that waits for its caller's next request.</summary>
    public MlflowException EndStream()
    {
        endedStreams = true;
        return Refuse("what this stream was not answered was not done");
    }

    /// <summary>Lets nobody in from now on; completes when everybody has left.</summary>
    public Task CloseAsync()
    {
        closing.TrySetResult();
        Interlocked.MemoryBarrier();
        if (Running == 0)
        {
            idle.TrySetResult();
        }

        return idle.Task;
    }
}
