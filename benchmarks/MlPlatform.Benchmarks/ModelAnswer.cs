namespace MlPlatform.Benchmarks;

public sealed class ModelAnswer
{
    public float Probability { get; set; }
}
