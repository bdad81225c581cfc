namespace MlPlatform.Core;

/// <summary>Removes artifacts that no row references.</summary>
public interface IArtifactGarbageCollector
{
    /// <summary>Sweeps once, under a lease that lets one sweeper run.</summary>
    /// <param name="minimumAge">Spare artifacts stored within this span of work time; null takes <see cref="MlPlatformOptions.ArtifactMinimumAge"/>. Zero demands that nothing else writes.</param>
    /// <param name="cancellationToken">Cancels between artifacts.</param>
    /// <exception cref="ArgumentOutOfRangeException">The age is negative.</exception>
    Task<GarbageCollectionResult> CollectAsync(TimeSpan? minimumAge = null, CancellationToken cancellationToken = default);
}
