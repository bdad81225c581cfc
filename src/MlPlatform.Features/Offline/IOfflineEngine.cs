namespace MlPlatform.Features;

/// <summary>Computes features over history. All engines give the same answers.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public interface IOfflineEngine
{
    /// <summary>Finds for each row of the frame the feature row that was valid at its time.</summary>
    /// <param name="frame">The entity rows.</param>
    /// <param name="view">What to join.</param>
    /// <param name="cancellationToken">Stops the join.</param>
    Task<OfflineResult> JoinAsync(OfflineFrame frame, PointInTimeView view, CancellationToken cancellationToken = default);

    /// <summary>Aggregates for each row of the frame the events of its windows.</summary>
    /// <param name="frame">The entity rows.</param>
    /// <param name="view">What to compute.</param>
    /// <param name="cancellationToken">Stops the aggregation.</param>
    Task<OfflineResult> AggregateAsync(OfflineFrame frame, WindowedView view, CancellationToken cancellationToken = default);

    /// <summary>Writes rows into one Parquet file, in their order.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="path">The file, which is replaced; incomplete when the call fails.</param>
    /// <param name="cancellationToken">Stops the write.</param>
    Task WriteParquetAsync(RowTable table, string path, CancellationToken cancellationToken = default);

    /// <summary>Reads columns of Parquet files, in the order of their rows.</summary>
    /// <param name="table">The files.</param>
    /// <param name="columns">The names of the columns.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<FeatureColumn>> ReadParquetAsync(
        ParquetTable table,
        IReadOnlyList<string> columns,
        CancellationToken cancellationToken = default
    );
}
