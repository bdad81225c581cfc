namespace MlPlatform.Benchmarks;

public sealed record RouteDelays(double? RouteLate, double? RouteDelay);
