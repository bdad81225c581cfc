namespace ServingLoad;

/// <summary>Times by their size, 2 % apart. Not thread-safe.</summary>
internal sealed class Latencies
{
    private const int Buckets = 1000; // Up to minutes.
    private static readonly double Step = Math.Log(1.02);
    private readonly long[] counts = new long[Buckets];

    public void Add(TimeSpan time) => counts[Math.Clamp((int)(Math.Log(Math.Max(1, time.TotalMicroseconds)) / Step), 0, Buckets - 1)]++;

    /// <summary>In milliseconds; NaN when there is none.</summary>
    public double Quantile(double quantile)
    {
        var left = (long)Math.Ceiling(quantile * counts.Sum());
        for (var i = 0; left > 0 && i < Buckets; i++)
        {
            left -= counts[i];
            if (left <= 0)
            {
                return Math.Exp((i + 0.5) * Step) / 1000;
            }
        }

        return double.NaN;
    }

    /// <summary>What has come since an earlier copy.</summary>
    public Latencies Since(Latencies earlier)
    {
        var rest = new Latencies();
        for (var i = 0; i < Buckets; i++)
        {
            rest.counts[i] = counts[i] - earlier.counts[i];
        }

        return rest;
    }
}
