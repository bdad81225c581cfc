namespace MlPlatform.AspNetCore.Tests;

public sealed record LateFlight(float Probability);
