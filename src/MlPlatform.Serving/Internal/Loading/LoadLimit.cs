using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Ends the wait for what does not end by itself: a file that is none, a disk that hangs, a model that loops.</summary>
/// <remarks>
/// Thread-safe. What is given up on is told by its token, but a read of a file cannot be broken off, nor can every model; it is not begun again any number
/// of times before it has ended, since each costs a thread.
/// </remarks>
internal sealed class LoadLimit(Clocks clocks, IOptions<ServingOptions> options)
{
    private readonly ConcurrentDictionary<string, int> abandoned = new(StringComparer.Ordinal);

    /// <param name="what">What is done, which tells it from all else; the beginning of a sentence.</param>
    /// <param name="most">How often it may be given up on and still go on.</param>
    /// <param name="load">Does it.</param>
    /// <param name="drop">What becomes of a result that comes too late.</param>
    /// <param name="cancellationToken">Ends the wait too.</param>
    /// <exception cref="MlPlatformException">It took too long, or still goes on from a time before.</exception>
    public async Task<T> RunAsync<T>(
        string what,
        int most,
        Func<CancellationToken, Task<T>> load,
        Action<T> drop,
        CancellationToken cancellationToken
    )
    {
        var limit = options.Value.LoadTimeout;
        if (abandoned.GetValueOrDefault(what) >= most)
        {
            throw new MlPlatformException($"{what} took longer than {limit.TotalSeconds:0.###} s, and has not ended yet.");
        }

        using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var token = givenUp.Token;
        var running = Task.Run(() => load(token), CancellationToken.None);
        await ((Task)running).WaitAsync(limit, clocks.Work, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cancellationToken.IsCancellationRequested)
        {
            _ = AbandonAsync(null, running, drop); // Even what is complete may have been stopped.
            throw new OperationCanceledException(cancellationToken);
        }

        if (running.IsCompleted)
        {
            return await running.ConfigureAwait(false);
        }

        abandoned.AddOrUpdate(what, 1, static (_, count) => count + 1);
        _ = AbandonAsync(what, running, drop);
        await givenUp.CancelAsync().ConfigureAwait(false);
        throw new MlPlatformException($"{what} took longer than {limit.TotalSeconds:0.###} s.");
    }

    private async Task AbandonAsync<T>(string? what, Task<T> running, Action<T> drop)
    {
        await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (what is not null)
        {
            abandoned.AddOrUpdate(what, 0, static (_, count) => count - 1);
            abandoned.TryRemove(new(what, 0));
        }

        if (running.IsCompletedSuccessfully)
        {
            drop(await running.ConfigureAwait(false));
        }
    }
}
