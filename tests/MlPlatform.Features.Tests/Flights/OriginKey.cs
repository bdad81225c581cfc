namespace MlPlatform.Features.Tests;

public sealed record OriginKey(string Origin);
