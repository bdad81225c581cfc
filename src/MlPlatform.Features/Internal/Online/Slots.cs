using System.Runtime.InteropServices;

namespace MlPlatform.Features.Internal;

/// <summary>64-bit slots as stored bytes, little-endian.</summary>
internal static class Slots
{
    /// <param name="data">The bytes.</param>
    /// <param name="width">How many slots there must be; zero for any number.</param>
    public static long[] Read(byte[] data, int width)
    {
        if (data.Length % 8 != 0 || (width > 0 && data.Length != width * 8))
        {
            throw new CorruptFeatureRowException($"a tile has {data.Length} bytes.");
        }

        var slots = MemoryMarshal.Cast<byte, long>(data).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(slots, slots);
        }

        return slots;
    }

    public static byte[] Write(ReadOnlySpan<long> slots)
    {
        var copy = slots.ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(copy, copy);
        }

        return MemoryMarshal.AsBytes(copy.AsSpan()).ToArray();
    }
}
