namespace MlPlatform.Serving.Internal;

/// <summary>What a run of a version costs by its number of rows, learned from each run: the time is known at powers of two and lies on lines between them.</summary>
/// <remarks>
/// Thread-safe without locks: of two observations at once one may be lost. An estimate falls fast and rises slowly, and no single run raises it much, since
/// a thread that waits for a processor says nothing of the model. Several in a row that all took much longer do: the rows that it was measured with may have been
/// easy ones.
/// </remarks>
internal sealed class CostCurve
{
    private const int Buckets = 13; // 1 to 4,096 rows.
    private const double Falling = 1.0 / 8;
    private const double Rising = 1.0 / 64;
    private const double Surprise = 4;
    private const int Surprises = 8;
    private readonly double[] ticks = new double[Buckets]; // 0 is not known.
    private readonly int[] surprises = new int[Buckets]; // Runs in a row that took so many times longer,
    private readonly double[] least = new double[Buckets]; // and the shortest of them.

    /// <summary>Whether the last run learned from took so much longer than expected that the next one is to be learned from too.</summary>
    public bool IsSurprised { get; private set; }

    /// <summary>The time of a run, in ticks of 100 ns; 0 before the first observation.</summary>
    public double Predict(int rows)
    {
        if (rows <= 1)
        {
            return Volatile.Read(ref ticks[0]);
        }

        var (below, above) = Around(rows);
        var low = below < 0 ? 0 : Volatile.Read(ref ticks[below]);
        if (above < 0)
        {
            return below < 0 ? 0 : Beyond(rows, below, low); // Nothing larger was run yet.
        }

        var high = Volatile.Read(ref ticks[above]);
        if (below < 0)
        {
            return high; // No fewer rows were run yet: not more than this.
        }

        var (from, to) = (1 << below, 1 << above);
        return low + ((high - low) * (rows - from) / Math.Max(1, to - from));
    }

    /// <summary>Learns from a run.</summary>
    public void Observe(int rows, long time)
    {
        if (rows < 1)
        {
            return;
        }

        var bucket = Math.Min(Buckets - 1, (int)Math.Round(Math.Log2(rows)));
        var predicted = Predict(rows);
        ref var estimate = ref ticks[bucket];
        var known = Volatile.Read(ref estimate);
        var observed = Math.Max(
            1,
            rows == 1 << bucket ? time
                : predicted > 0 ? time * Predict(1 << bucket) / predicted
                : (double)time * (1 << bucket) / rows
        );
        if (IsSurprise(bucket, known, observed))
        {
            Volatile.Write(ref estimate, least[bucket]);
            return;
        }

        Volatile.Write(
            ref estimate,
            known == 0 ? observed
                : observed < known ? known + ((observed - known) * Falling)
                : known + ((Math.Min(observed, 2 * known) - known) * Rising)
        );
    }

    /// <returns>Whether it is the last of so many runs in a row that what is known cannot be true.</returns>
    private bool IsSurprise(int bucket, double known, double observed)
    {
        if (known == 0 || observed < known * Surprise)
        {
            surprises[bucket] = 0;
            IsSurprised = false;
            return false;
        }

        var count = surprises[bucket] + 1;
        least[bucket] = count == 1 ? observed : Math.Min(least[bucket], observed);
        surprises[bucket] = count % Surprises;
        IsSurprised = count < Surprises;
        return count >= Surprises;
    }

    /// <summary>The number of rows, not more than a limit, that was measured to take the least time for each.</summary>
    public int BestRows(int limit)
    {
        var (best, least) = (1, double.PositiveInfinity);
        for (var i = 0; i < Buckets && 1 << i <= limit; i++)
        {
            var each = Volatile.Read(ref ticks[i]) / (1 << i);
            if (each > 0 && each < least)
            {
                (best, least) = (1 << i, each);
            }
        }

        return best;
    }

    /// <summary>On the line of the two largest that are known, and at least as much for each row as the largest one if there is only that.</summary>
    private double Beyond(int rows, int largest, double time)
    {
        for (var i = largest - 1; i >= 0; i--)
        {
            if (Volatile.Read(ref ticks[i]) is > 0 and var other)
            {
                var slope = Math.Max(0, (time - other) / ((1 << largest) - (1 << i)));
                return time + (slope * (rows - (1 << largest)));
            }
        }

        return time * rows / (1 << largest);
    }

    private (int Below, int Above) Around(int rows)
    {
        var (below, above) = (-1, -1);
        for (var i = 0; i < Buckets; i++)
        {
            if (Volatile.Read(ref ticks[i]) == 0)
            {
                continue;
            }

            if (1 << i <= rows)
            {
                below = i;
            }

            if (1 << i >= rows)
            {
                above = i;
                break;
            }
        }

        return (below, above);
    }
}
