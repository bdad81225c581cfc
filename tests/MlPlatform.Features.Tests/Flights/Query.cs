namespace MlPlatform.Features.Tests;

public sealed record Query(string? Origin, DateTimeOffset At, double? Distance, int? Hour, bool Label);
