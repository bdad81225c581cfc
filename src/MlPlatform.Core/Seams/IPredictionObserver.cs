namespace MlPlatform.Core;

/// <summary>Sees every prediction, off the caller's path. Implemented by Monitoring, called by Serving.</summary>
/// <remarks>Thread-safe. <see cref="Observe"/> copies what it needs: nanoseconds, no allocation, never blocks, may drop and counts what it dropped.</remarks>
public interface IPredictionObserver
{
    /// <summary>Takes note of one prediction.</summary>
    void Observe(in PredictionRecord record);

    /// <summary>The barrier: everything observed before it, and the caller's checkpoint, are committed together when it completes.</summary>
    /// <param name="checkpoint">Opaque state of a replay, read back by <see cref="ReadCheckpointAsync"/>; null leaves it as it is.</param>
    /// <param name="cancellationToken">Cancels the wait; the flush may still complete.</param>
    Task FlushAsync(PredictionCheckpoint? checkpoint = null, CancellationToken cancellationToken = default);

    /// <summary>The last checkpoint committed under a name, or null.</summary>
    Task<PredictionCheckpoint?> ReadCheckpointAsync(string name, CancellationToken cancellationToken = default);
}
