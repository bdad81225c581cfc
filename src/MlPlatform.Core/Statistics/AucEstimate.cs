using MathNet.Numerics.Distributions;

namespace MlPlatform.Core;

/// <summary>The area under the ROC curve with DeLong's standard error.</summary>
/// <param name="Value">The area; NaN when a class is absent.</param>
/// <param name="StandardError">DeLong's standard error; NaN with fewer than two rows of a class.</param>
/// <param name="Positives">Rows with a positive label.</param>
/// <param name="Negatives">Rows with a negative label.</param>
public readonly record struct AucEstimate(double Value, double StandardError, long Positives, long Negatives)
{
    /// <summary>The normal interval around the area, cut to 0 and 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The level is not between 0 and 1.</exception>
    public ConfidenceInterval Interval(double level = 0.95)
    {
        Proportions.ThrowIfNotLevel(level);
        var half = Normal.InvCDF(0, 1, (1 + level) / 2) * StandardError;
        return new(Math.Max(0, Value - half), Math.Min(1, Value + half), level);
    }
}
