using System.Numerics;
using System.Runtime.InteropServices;

namespace MlPlatform.Serving.Internal;

/// <summary>Counts requests, errors and run times of one version. Run times go into buckets a fifth apart, which sum over processes.</summary>
/// <remarks>Thread-safe; counting allocates nothing.</remarks>
internal sealed class TrafficCounter
{
    private const int Buckets = 4 * 40;
    private readonly long[] latency = new long[Buckets];
    private long requests;
    private long errors;

    public long Requests => Volatile.Read(ref requests);

    /// <summary>Failed runs, and answers that are not finite numbers.</summary>
    public long Errors => Volatile.Read(ref errors);

    public void Count(long ticks, bool isError)
    {
        Interlocked.Increment(ref requests);
        if (isError)
        {
            Interlocked.Increment(ref errors);
        }

        Interlocked.Increment(ref latency[BucketOf(ticks)]);
    }

    public void Add(long moreRequests, long moreErrors, byte[] moreLatency)
    {
        requests += moreRequests;
        errors += moreErrors;
        var counts = MemoryMarshal.Cast<byte, long>(moreLatency);
        for (var i = 0; i < Math.Min(counts.Length, Buckets); i++)
        {
            latency[i] += counts[i];
        }
    }

    public byte[] LatencyBytes() => MemoryMarshal.AsBytes<long>(latency).ToArray();

    /// <summary>The run time, in ticks, that a share of the requests stays below; 0 without requests.</summary>
    public double Quantile(double share)
    {
        var total = latency.Sum();
        var below = 0L;
        for (var i = 0; i < Buckets; i++)
        {
            below += latency[i];
            if (total > 0 && below >= share * total)
            {
                return UpperEnd(i);
            }
        }

        return 0;
    }

    private static int BucketOf(long ticks)
    {
        if (ticks < 4)
        {
            return (int)Math.Max(0, ticks);
        }

        // The position of the highest bit, and the two bits after it.
        var log = BitOperations.Log2((ulong)ticks);
        return Math.Min(Buckets - 1, ((log - 1) * 4) + (int)((ticks >> (log - 2)) & 3));
    }

    private static double UpperEnd(int bucket) => bucket < 4 ? bucket + 1 : (4 + (bucket % 4) + 1) * Math.Pow(2, (bucket / 4) - 1);
}
