namespace MlPlatform.Core;

/// <summary>A two-sided interval around an estimate.</summary>
/// <param name="Low">The lower end; NaN when there was nothing to estimate.</param>
/// <param name="High">The upper end; NaN when there was nothing to estimate.</param>
/// <param name="Level">The confidence level, 0 to 1.</param>
public readonly record struct ConfidenceInterval(double Low, double High, double Level);
