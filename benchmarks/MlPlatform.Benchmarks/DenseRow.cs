namespace MlPlatform.Benchmarks;

public readonly record struct DenseRow(float[] Features);
