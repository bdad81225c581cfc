namespace MlPlatform.Benchmarks;

public sealed record OriginKey(string Origin);
