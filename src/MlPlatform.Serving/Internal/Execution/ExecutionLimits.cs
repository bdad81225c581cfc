namespace MlPlatform.Serving.Internal;

/// <summary>What an executor may do at once.</summary>
/// <param name="Concurrency">Runs of the model at a time, of one request or of several.</param>
/// <param name="MaxQueueTime">A request that would likely wait for longer is refused.</param>
/// <param name="MaxQueueRows">The most rows that wait.</param>
internal sealed record ExecutionLimits(int Concurrency, TimeSpan MaxQueueTime, int MaxQueueRows)
{
    /// <summary>Whether the process has work that is due, which is mostly requests to be read.</summary>
    public Func<bool> IsBusy { get; init; } = static () => ThreadPool.PendingWorkItemCount > 0;
}
