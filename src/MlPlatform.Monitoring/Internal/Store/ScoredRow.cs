namespace MlPlatform.Monitoring.Internal;

/// <summary>A stored prediction with its label, NaN where there is none; and the class that it says, -1 for none.</summary>
internal readonly record struct ScoredRow(long Time, double Score, double Label, int Class = -1);
