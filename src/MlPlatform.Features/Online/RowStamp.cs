namespace MlPlatform.Features;

/// <summary>The order of a feature row: a row replaces a stored one only when its stamp is greater.</summary>
/// <param name="EventMicros">The event time, microseconds since the epoch.</param>
/// <param name="CreatedMicros">When the row became known; null orders lowest.</param>
/// <param name="Sequence">The ingest sequence.</param>
public readonly record struct RowStamp(long EventMicros, long? CreatedMicros, long Sequence);
