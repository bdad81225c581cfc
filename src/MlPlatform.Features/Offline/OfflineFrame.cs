namespace MlPlatform.Features;

/// <summary>The rows to find features for. Every row is kept, in order, duplicates too.</summary>
/// <param name="Table">The rows.</param>
/// <param name="TimeColumn">The column of the entity time; a null time matches nothing.</param>
public sealed record OfflineFrame(OfflineTable Table, string TimeColumn);
