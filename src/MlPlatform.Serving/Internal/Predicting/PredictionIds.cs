using System.Buffers.Binary;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Makes prediction ids of the form of <see cref="PredictionId.New"/>, without asking the system for random bits on every request.</summary>
/// <remarks>
/// Thread-safe. A counter that starts at a random place is mixed one-to-one into the 64 bits beside the time, so one process never repeats itself
/// and two are as unlikely to meet as with random bits. Ids are names, not secrets.
/// </remarks>
internal sealed class PredictionIds
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong state;

    public PredictionIds(Clocks clocks)
    {
        Span<byte> seed = stackalloc byte[16];
        PredictionId.New(clocks.Platform).Value.TryWriteBytes(seed, bigEndian: true, out _);
        state = BinaryPrimitives.ReadUInt64BigEndian(seed[8..]);
    }

    /// <param name="now">The platform's time, which orders them.</param>
    public PredictionId New(DateTimeOffset now)
    {
        var mixed = Mix(Interlocked.Add(ref state, Golden));
        var milliseconds = now.ToUnixTimeMilliseconds();
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, milliseconds << 16);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | (mixed >> 52)));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], 0x8000_0000_0000_0000 | (mixed & 0x3FFF_FFFF_FFFF_FFFF));
        return new(new Guid(bytes, bigEndian: true));
    }

    /// <summary>The id of a row of a request: the request's, counted on.</summary>
    public static PredictionId OfRow(PredictionId first, int row)
    {
        if (row == 0)
        {
            return first;
        }

        Span<byte> bytes = stackalloc byte[16];
        first.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) + (uint)row);
        return new(new Guid(bytes, bigEndian: true));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
