using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

internal static class LoadingExtensions
{
    /// <summary>Waits for a load as long as a request has time; the load goes on for the others.</summary>
    /// <exception cref="PredictionTimeoutException">Its time was over first.</exception>
    public static async Task WithinAsync(this Task loading, TimeSpan timeout, ModelReference model, TimeProvider clock)
    {
        try
        {
            await loading.WaitAsync(Bounded(timeout), clock).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!loading.IsFaulted)
        {
            throw new PredictionTimeoutException(model, timeout);
        }
    }

    /// <inheritdoc cref="WithinAsync(Task, TimeSpan, ModelReference, TimeProvider)"/>
    public static async Task<T> WithinAsync<T>(this Task<T> loading, TimeSpan timeout, ModelReference model, TimeProvider clock)
    {
        await ((Task)loading).WithinAsync(timeout, model, clock).ConfigureAwait(false);
        return await loading.ConfigureAwait(false);
    }

    /// <summary>Timers take no more than some weeks.</summary>
    private static TimeSpan Bounded(TimeSpan timeout) => timeout.TotalMilliseconds < int.MaxValue ? timeout : Timeout.InfiniteTimeSpan;
}
