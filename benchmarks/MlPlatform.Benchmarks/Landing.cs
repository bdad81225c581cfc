namespace MlPlatform.Benchmarks;

public sealed record Landing(int Number, string Origin, string Destination, DateTimeOffset At, float Delay, bool Late);
