namespace MlPlatform.Benchmarks;

public sealed record RouteKey(string Origin, string Destination);
