namespace MlPlatform.Features.Tests;

public sealed record Signals(double? DistancePerDelay, bool Night);
