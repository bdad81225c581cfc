namespace MlPlatform.Features;

/// <summary>What a windowed aggregation computes.</summary>
/// <remarks>
/// Nulls are ignored. NaN is a value: it orders above all numbers and makes a sum, a mean or a variance NaN. A row of the frame without a key
/// or a time has no window, so its count is null too. Counts are Int64, sums, means and variances Float64, the others have the column's type.
/// </remarks>
public enum AggregateFunction
{
    /// <summary>The number of rows, or of values when a column is named; zero when empty.</summary>
    Count,

    /// <summary>The sum; null when empty.</summary>
    Sum,

    /// <summary>The mean; null when empty.</summary>
    Mean,

    /// <summary>The least value; null when empty.</summary>
    Min,

    /// <summary>The greatest value; null when empty.</summary>
    Max,

    /// <summary>The sample variance; null below two values.</summary>
    Variance,

    /// <summary>The sample standard deviation; null below two values.</summary>
    StdDev,

    /// <summary>The value of the first row by event time, created time and sequence.</summary>
    First,

    /// <summary>The value of the last row by event time, created time and sequence.</summary>
    Last,
}
