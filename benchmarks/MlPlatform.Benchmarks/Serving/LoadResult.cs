namespace MlPlatform.Benchmarks;

/// <summary>What a load came to.</summary>
/// <param name="Rate">Answers of status 200 for each second.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
/// <param name="Cpu">Microseconds of the server's processors for each answer.</param>
/// <param name="Allocated">Bytes that the server allocated for each answer.</param>
internal sealed record LoadResult(double Rate, double P50, double P99, double Cpu, double Allocated);
