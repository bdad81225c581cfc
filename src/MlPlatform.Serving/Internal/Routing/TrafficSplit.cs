using System.IO.Hashing;
using System.Runtime.InteropServices;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Which requests go to a candidate: a key always falls into the same of 10,000 buckets of a rollout, and a growing share only adds buckets.</summary>
/// <param name="Salt">The rollout's own, so that two rollouts do not pick the same users.</param>
/// <param name="Buckets">How many buckets are the candidate's.</param>
internal readonly record struct TrafficSplit(long Salt, int Buckets)
{
    public const int Total = 10_000;

    /// <param name="rollout">The rollout.</param>
    /// <param name="share">0 to 1.</param>
    public static TrafficSplit Of(RolloutId rollout, double share)
    {
        Span<byte> bytes = stackalloc byte[16];
        rollout.Value.TryWriteBytes(bytes);
        return new((long)XxHash3.HashToUInt64(bytes), (int)Math.Round(share * Total));
    }

    /// <summary>Whether a request is the candidate's.</summary>
    public bool Takes(string? key, PredictionId id) => Buckets > 0 && BucketOf(key, id) < Buckets;

    public int BucketOf(string? key, PredictionId id)
    {
        if (key is not null)
        {
            return (int)(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key.AsSpan()), Salt) % Total);
        }

        Span<byte> bytes = stackalloc byte[16];
        id.Value.TryWriteBytes(bytes);
        return (int)(XxHash3.HashToUInt64(bytes, Salt) % Total);
    }
}
