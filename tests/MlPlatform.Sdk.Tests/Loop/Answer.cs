namespace MlPlatform.Sdk.Tests;

internal sealed record Answer(float Probability);
