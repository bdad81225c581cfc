namespace MlPlatform.Features.Tests;

public sealed record LastLanding(float? Delay, bool Late, string Id);
