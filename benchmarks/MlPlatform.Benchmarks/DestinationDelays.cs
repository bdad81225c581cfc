namespace MlPlatform.Benchmarks;

public sealed record DestinationDelays(double? DestinationLate, double? DestinationDelay);
