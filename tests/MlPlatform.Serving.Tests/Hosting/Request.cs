namespace MlPlatform.Serving.Tests;

/// <summary>The input of the logistic model.</summary>
internal sealed record Request(float X);
