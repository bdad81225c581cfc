namespace MlPlatform.Benchmarks;

public readonly record struct DenseAnswer(float Probability);
