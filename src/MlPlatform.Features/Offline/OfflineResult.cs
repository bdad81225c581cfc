namespace MlPlatform.Features;

/// <summary>The features of one view for every row of a frame, in the frame's order.</summary>
/// <param name="RowCount">The rows of the frame.</param>
/// <param name="Columns">The features.</param>
/// <param name="Matched">Rows with a feature row inside the time to live, or with at least one event in a window.</param>
/// <param name="OutOfTimeToLive">Rows whose newest feature row is too old.</param>
/// <param name="Late">Rows that used a feature row created after the entity time.</param>
public sealed record OfflineResult(long RowCount, IReadOnlyList<FeatureColumn> Columns, long Matched, long OutOfTimeToLive, long Late)
{
    /// <summary>Rows that have no feature row at all.</summary>
    public long NoRow => RowCount - Matched - OutOfTimeToLive;
}
