namespace MlPlatform.Features;

/// <summary>How the rows of a training set met one view.</summary>
/// <param name="View">The view.</param>
/// <param name="Version">Its version.</param>
/// <param name="Matched">Rows with a feature row inside the time to live, or with at least one event in a window.</param>
/// <param name="OutOfTimeToLive">Rows whose newest feature row is too old.</param>
/// <param name="NoRow">Rows without any.</param>
/// <param name="Late">Rows that used a feature row recorded after the row's time.</param>
public sealed record TrainingViewCounts(string View, int Version, long Matched, long OutOfTimeToLive, long NoRow, long Late);
