namespace MlPlatform.Core;

/// <summary>A difference of two metrics on the same rows, with its bootstrap distribution.</summary>
/// <param name="First">The first metric on all rows.</param>
/// <param name="Second">The second metric on all rows.</param>
/// <param name="Rows">How many rows were compared.</param>
/// <param name="Seed">The seed of the resampling.</param>
public sealed record BootstrapDifference(double First, double Second, int Rows, long Seed)
{
    /// <summary>First minus second.</summary>
    public double Estimate => First - Second;

    /// <summary>The differences of the resamples, ascending; resamples that lacked a class are left out.</summary>
    public required IReadOnlyList<double> Resampled { get; init; }

    /// <summary>The standard deviation of the resampled differences; NaN without any.</summary>
    public double StandardError
    {
        get
        {
            var mean = Resampled.Count == 0 ? double.NaN : Resampled.Average();
            return Math.Sqrt(Resampled.Sum(d => (d - mean) * (d - mean)) / (Resampled.Count - 1));
        }
    }

    /// <summary>A quantile of the resampled differences by linear interpolation; NaN without any.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside 0 to 1.</exception>
    public double Quantile(double probability)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(probability, 1);
        if (Resampled.Count == 0)
        {
            return double.NaN;
        }

        var position = probability * (Resampled.Count - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, Resampled.Count - 1);
        return Resampled[below] + ((position - below) * (Resampled[above] - Resampled[below]));
    }
}
