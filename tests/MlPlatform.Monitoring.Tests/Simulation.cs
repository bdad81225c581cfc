namespace MlPlatform.Monitoring.Tests;

/// <summary>Random numbers from a seed, and profiles and records made of them.</summary>
internal sealed class Simulation(int seed)
{
    private readonly Random random = new(seed);

    public double Uniform() => random.NextDouble();

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    public double[] Normals(int n) => [.. Enumerable.Range(0, n).Select(_ => Normal())];

    public string Category(int kinds) => "c" + random.Next(kinds);
}
