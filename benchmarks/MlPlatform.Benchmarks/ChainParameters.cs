namespace MlPlatform.Benchmarks;

public sealed record ChainParameters;
