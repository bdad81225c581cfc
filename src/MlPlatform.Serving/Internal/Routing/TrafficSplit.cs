using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Which requests go to a candidate: a key always falls into the same of 10,000 buckets of a rollout, and a growing share only adds buckets.</summary>
/// <param name="Salt">The rollout's own, so that two rollouts do not pick the same users.</param>
/// <param name="Buckets">How many buckets are the candidate's.</param>
internal readonly record struct TrafficSplit(long Salt, int Buckets)
{
    public const int Total = 10_000;

    /// <summary>A salt that follows from what is rolled out and when, so that a replay picks the same users again.</summary>
    public static long SaltOf(Rollout rollout) =>
        (long)
            XxHash3.HashToUInt64(
                Encoding.UTF8.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"{rollout.Candidate}/{StoredTime.ToMicros(rollout.StartedAt)}")
                )
            );

    /// <param name="salt">The rollout's salt.</param>
    /// <param name="share">0 to 1.</param>
    public static TrafficSplit Of(long salt, double share) => new(salt, share > 0 ? Math.Max(1, (int)Math.Round(share * Total)) : 0); // No step may be without traffic.

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
