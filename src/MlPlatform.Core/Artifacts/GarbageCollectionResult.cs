namespace MlPlatform.Core;

/// <summary>What a sweep did.</summary>
/// <param name="Kept">Artifacts that are referenced or young.</param>
/// <param name="Deleted">Artifacts removed.</param>
/// <param name="DeletedBytes">Their size.</param>
/// <param name="Incomplete">Leftovers of interrupted writes removed.</param>
/// <param name="Skipped">True when another process was sweeping and this call did nothing.</param>
public sealed record GarbageCollectionResult(int Kept, int Deleted, long DeletedBytes, int Incomplete, bool Skipped = false);
