namespace MlPlatform.Features;

/// <summary>Where an offline engine reads rows from: a <see cref="ParquetTable"/> or a <see cref="RowTable"/>.</summary>
public abstract record OfflineTable
{
    private protected OfflineTable() { }
}
