namespace MlPlatform.Serving.Tests;

/// <summary>The input of the model of tokens.</summary>
internal sealed record Words(long[] Tokens, float[] Mask);
