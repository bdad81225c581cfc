namespace MlPlatform.Benchmarks;

public sealed record Departure(string Origin, string Destination, DateTimeOffset DepartedAt);
