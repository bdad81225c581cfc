namespace MlPlatform.Serving.Internal;

/// <summary>What an executor may do at once.</summary>
/// <param name="Concurrency">Runs of the model at a time.</param>
/// <param name="BatchConcurrency">Runs at a time that several requests share.</param>
/// <param name="MaxQueueTime">A request that would likely wait for longer is refused.</param>
/// <param name="MaxQueueRows">The most rows that wait.</param>
internal sealed record ExecutionLimits(int Concurrency, int BatchConcurrency, TimeSpan MaxQueueTime, int MaxQueueRows);
