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

    /// <summary>Timers take no more than some weeks.</summary>
    private static TimeSpan Bounded(TimeSpan timeout) => timeout.TotalMilliseconds < int.MaxValue ? timeout : Timeout.InfiniteTimeSpan;
}
