using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>The latest point of a metric of a logged model.</summary>
/// <param name="Key">The metric.</param>
/// <param name="Point">The point.</param>
/// <param name="RunId">The run that measured it.</param>
public sealed record LoggedModelMetric(string Key, MetricPoint Point, RunId RunId)
{
    /// <summary>The dataset that it was measured on, if said.</summary>
    public string? DatasetName { get; init; }

    /// <summary>The digest of that dataset.</summary>
    public string? DatasetDigest { get; init; }
}
