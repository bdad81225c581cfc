namespace MlPlatform.Benchmarks;

public sealed record OriginDelays(double? OriginLate, double? OriginDelay);
