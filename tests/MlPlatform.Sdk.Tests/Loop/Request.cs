namespace MlPlatform.Sdk.Tests;

internal sealed record Request(float X, float Y);
