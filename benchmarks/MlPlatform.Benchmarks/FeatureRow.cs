namespace MlPlatform.Benchmarks;

/// <summary>The same features, filled by hand.</summary>
public sealed class FeatureRow
{
    public double OriginLate { get; set; }
    public double OriginDelay { get; set; }
    public double DestinationLate { get; set; }
    public double DestinationDelay { get; set; }
    public double RouteLate { get; set; }
    public double RouteDelay { get; set; }
    public bool Label { get; set; }
}
