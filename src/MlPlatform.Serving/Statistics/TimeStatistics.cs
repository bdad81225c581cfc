namespace MlPlatform.Serving;

/// <summary>How often something happened, and how long it took altogether.</summary>
/// <param name="Count">How often.</param>
/// <param name="Total">The sum of the times.</param>
public readonly record struct TimeStatistics(long Count, TimeSpan Total);
