using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>What is stored online for one key, decoded. Immutable.</summary>
internal abstract class OnlineEntry
{
    /// <summary>About what it holds in memory.</summary>
    public abstract int Size { get; }

    /// <summary>Writes the features as of a time.</summary>
    /// <param name="now">The time.</param>
    /// <param name="row">Receives a value for each feature.</param>
    /// <param name="eventMicros">The event time of what was found; 0 for nothing.</param>
    /// <returns>Whether there is a row.</returns>
    public abstract bool Read(long now, FeatureValue[] row, out long eventMicros);
}
