using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>What an alias pointed at for a time.</summary>
/// <param name="Version">The version; null while the alias was removed.</param>
/// <param name="Previous">The version before; null when there was none.</param>
/// <param name="From">Since when, inclusive, in platform time.</param>
/// <param name="To">Until when, exclusive; null for the present state.</param>
/// <param name="Actor">Who moved it, as <c>kind:id</c>.</param>
/// <param name="Reason">Why.</param>
public sealed record AliasHistoryEntry(
    int? Version,
    int? Previous,
    DateTimeOffset From,
    DateTimeOffset? To,
    string Actor,
    AliasMoveReason Reason
);
