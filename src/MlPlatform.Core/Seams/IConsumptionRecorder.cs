namespace MlPlatform.Core;

/// <summary>Counts who reads or calls what. Counts are rolled up into one event per key every ten seconds of work time.</summary>
/// <remarks>Thread-safe, nanoseconds, never blocks.</remarks>
public interface IConsumptionRecorder
{
    /// <summary>Counts one use, or several.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="asset">What.</param>
    /// <param name="mode">How: <c>train</c>, <c>online</c>, <c>predict</c>.</param>
    /// <param name="count">How many uses, at least one.</param>
    void Record(Actor caller, AssetRef asset, string mode, long count = 1);

    /// <summary>Writes what was counted so far.</summary>
    Task FlushAsync(CancellationToken cancellationToken = default);
}
