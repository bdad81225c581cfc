namespace MlPlatform.Pipelines.Internal;

/// <summary>What the journal keeps about a cached step: its key, what the key was made of, and why it was or was not a hit.</summary>
internal sealed record StepCacheNote(string Key, string Document, string Reason, bool IsHit);
