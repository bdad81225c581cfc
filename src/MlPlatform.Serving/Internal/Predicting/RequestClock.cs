using System.Diagnostics;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>When a request came, on both clocks by one look: beside a small model a second one would be felt.</summary>
/// <remarks>Thread-safe, without locks. Of the system's clocks, the platform's time follows from the other one, and is looked up anew every few milliseconds.</remarks>
internal sealed class RequestClock(Clocks clocks)
{
    private static readonly long Validity = Stopwatch.Frequency / 64;
    private readonly bool isSystem = clocks.Platform == TimeProvider.System && clocks.Work == TimeProvider.System;
    private long offset; // Of platform time to the timestamp, in microseconds.
    private long seenAt = long.MinValue / 2;

    /// <param name="timestamp">That of the work clock.</param>
    /// <returns>Platform time, as stored microseconds.</returns>
    public long Now(out long timestamp)
    {
        if (!isSystem)
        {
            timestamp = clocks.Work.GetTimestamp();
            return clocks.Platform.NowMicros();
        }

        timestamp = Stopwatch.GetTimestamp();
        if ((ulong)(timestamp - Volatile.Read(ref seenAt)) >= (ulong)Validity)
        {
            Volatile.Write(ref offset, clocks.Platform.NowMicros() - ToMicros(timestamp));
            Volatile.Write(ref seenAt, timestamp); // After what it vouches for.
        }

        return ToMicros(timestamp) + Volatile.Read(ref offset);
    }

    /// <summary>Of two parts, since the product of the whole is too large after some hours.</summary>
    private static long ToMicros(long timestamp)
    {
        var (seconds, rest) = Math.DivRem(timestamp, Stopwatch.Frequency);
        return (seconds * 1_000_000) + (rest * 1_000_000 / Stopwatch.Frequency);
    }
}
