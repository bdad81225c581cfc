namespace MlPlatform.Pipelines.Tests;

internal sealed record TestParams(int Value = 0, IReadOnlyList<int>? Items = null);
