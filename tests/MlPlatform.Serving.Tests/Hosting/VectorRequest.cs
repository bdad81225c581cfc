namespace MlPlatform.Serving.Tests;

/// <summary>An input of as many elements as the version that takes it says.</summary>
internal sealed record VectorRequest(float[] X);
