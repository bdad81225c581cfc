using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Makes prediction ids of the form of <see cref="PredictionId.New"/>, without asking the system for random bits on every request.</summary>
/// <remarks>
/// Each thread has a counter that starts at a random place, and is mixed one-to-one into the 64 bits beside the time: a thread never repeats itself,
/// and two are as unlikely to meet as with random bits. Ids are names, not secrets.
/// </remarks>
internal static class PredictionIds
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    [ThreadStatic]
    private static ulong state;

    /// <param name="micros">The platform's time, which orders them; stored microseconds.</param>
    public static PredictionId New(long micros)
    {
        ref var counter = ref state;
        if (counter == 0)
        {
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(new Span<ulong>(ref counter)));
        }

        var mixed = Mix(counter += Golden);
        return new(ToGuid(((micros / 1000) << 16) | 0x7000 | (long)(mixed >> 52), 0x8000_0000_0000_0000 | (mixed & 0x3FFF_FFFF_FFFF_FFFF)));
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

    /// <summary>The UUID of so many bits, the first one first. In one store where it can be: it is felt beside a small model.</summary>
    private static Guid ToGuid(long high, ulong low)
    {
        if (BitConverter.IsLittleEndian)
        {
            // Its first three fields are numbers of 32, 16 and 16 bits, the rest are bytes.
            var fields = (high >>> 32) | ((high & 0xFFFF_0000) << 16) | (high << 48);
            return Unsafe.BitCast<Vector128<ulong>, Guid>(Vector128.Create((ulong)fields, BinaryPrimitives.ReverseEndianness(low)));
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        return new(bytes, bigEndian: true);
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
