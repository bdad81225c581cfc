namespace MlPlatform.Features;

/// <summary>Rows in Parquet files.</summary>
/// <param name="Paths">The files; their order is the order of the rows.</param>
public sealed record ParquetTable(IReadOnlyList<string> Paths) : OfflineTable
{
    /// <summary>Further columns, computed from those of the files: name to expression in the engine's SQL.</summary>
    public IReadOnlyDictionary<string, string> Computed { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
