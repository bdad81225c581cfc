namespace MlPlatform.Registry;

/// <summary>A point of a metric.</summary>
/// <param name="Key">The metric.</param>
/// <param name="Value">The value; NaN and infinities are kept.</param>
/// <param name="Step">The step of training.</param>
/// <param name="Time">When it was measured.</param>
public sealed record MetricEntry(string Key, double Value, long Step, DateTimeOffset Time)
{
    /// <summary>The logged model that was measured, if it was one.</summary>
    public string? ModelId { get; init; }

    /// <summary>The dataset that it was measured on, if said.</summary>
    public string? DatasetName { get; init; }

    /// <summary>The digest of that dataset.</summary>
    public string? DatasetDigest { get; init; }
}
