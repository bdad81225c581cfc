namespace MlPlatform.Core.Tests;

/// <summary>Labels with two correlated scores of chosen strength, from a seed.</summary>
internal static class SimulatedScores
{
    public static (double[] Labels, double[] First, double[] Second) Make(
        int n,
        double strength1,
        double strength2,
        int seed,
        double shared = 0.8
    )
    {
        var random = new Random(seed);
        double[] labels = new double[n],
            first = new double[n],
            second = new double[n];
        for (var i = 0; i < n; i++)
        {
            labels[i] = random.NextDouble() < 0.3 ? 1 : 0;
            var common = Normal(random);
            var rest = Math.Sqrt(1 - (shared * shared));
            first[i] = (strength1 * labels[i]) + (shared * common) + (rest * Normal(random));
            second[i] = (strength2 * labels[i]) + (shared * common) + (rest * Normal(random));
        }

        return (labels, first, second);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
