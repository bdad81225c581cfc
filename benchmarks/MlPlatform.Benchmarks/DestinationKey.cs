namespace MlPlatform.Benchmarks;

public sealed record DestinationKey(string Destination);
