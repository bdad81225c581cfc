using MlPlatform.Core;

namespace MlPlatform.Features;

/// <summary>Rows in memory or from a stream, read once.</summary>
/// <param name="Schema">The columns.</param>
/// <param name="Rows">The rows, one value a column.</param>
public sealed record RowTable(DataSchema Schema, IAsyncEnumerable<FeatureValue[]> Rows) : OfflineTable;
