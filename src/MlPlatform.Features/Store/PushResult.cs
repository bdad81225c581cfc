namespace MlPlatform.Features;

/// <summary>What a push stored.</summary>
/// <param name="Accepted">Rows that entered the history.</param>
/// <param name="Duplicates">Rows left out because their id was pushed before.</param>
/// <param name="LastSequence">The ingest sequence of the last accepted row; 0 when there is none.</param>
public sealed record PushResult(int Accepted, int Duplicates, long LastSequence);
