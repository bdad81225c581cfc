namespace MlPlatform.Monitoring.Internal;

/// <summary>A stored prediction with its label, NaN where there is none.</summary>
internal readonly record struct ScoredRow(long Time, double Score, double Label);
