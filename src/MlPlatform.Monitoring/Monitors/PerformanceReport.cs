namespace MlPlatform.Monitoring;

/// <summary>How well a binary classifier's stored predictions agree with the outcomes known so far, from exact scores.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version; null for all of them.</param>
/// <param name="From">The first prediction time.</param>
/// <param name="To">The prediction time to stop before.</param>
public sealed record PerformanceReport(string Model, int? Version, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Predictions, shadow traffic left out.</summary>
    public long Predictions { get; init; }

    /// <summary>Predictions with an outcome.</summary>
    public long Labelled { get; init; }

    /// <summary>Labelled predictions without a finite score; they count in no metric.</summary>
    public long Unscored { get; init; }

    /// <summary>The share of predictions with an outcome; NaN without predictions.</summary>
    public double Coverage => Predictions == 0 ? double.NaN : (double)Labelled / Predictions;

    /// <summary>The area under the ROC curve; NaN when a class is absent.</summary>
    public double Auc { get; init; } = double.NaN;

    /// <summary>DeLong's standard error of the area.</summary>
    public double AucStandardError { get; init; } = double.NaN;

    /// <summary>The lower end of the area's 95 % interval.</summary>
    public double AucLow { get; init; } = double.NaN;

    /// <summary>The upper end of the area's 95 % interval.</summary>
    public double AucHigh { get; init; } = double.NaN;

    /// <summary>Log loss; NaN without rows or when scores are no probabilities.</summary>
    public double LogLoss { get; init; } = double.NaN;

    /// <summary>Brier score; NaN likewise.</summary>
    public double Brier { get; init; } = double.NaN;

    /// <summary>Expected calibration error, ten bins; NaN likewise.</summary>
    public double CalibrationError { get; init; } = double.NaN;

    /// <summary>The mean score of labelled predictions.</summary>
    public double MeanPredicted { get; init; } = double.NaN;

    /// <summary>The mean label.</summary>
    public double MeanObserved { get; init; } = double.NaN;
}
