using System.Buffers.Binary;
using System.Text;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Entity keys as bytes: for each column a type byte, then a fixed value or a length and bytes, so that no two keys collide.</summary>
internal static class EntityKey
{
    /// <summary>Writes one column of a key.</summary>
    /// <returns>The bytes written; 0 when the destination is too short.</returns>
    public static int Write(FeatureValue value, Span<byte> destination)
    {
        if (destination.Length < 17)
        {
            return 0;
        }

        switch (value.Type)
        {
            case DataType.Bool:
                destination[0] = 3;
                destination[1] = (byte)value.ToInt64();
                return 2;
            case DataType.String:
                var text = value.AsString()!;
                return Encoding.UTF8.TryGetBytes(text, destination[5..], out var length) ? Variable(2, destination, length) : 0;
            case DataType.Bytes:
                var bytes = value.AsBytes()!;
                return bytes.AsSpan().TryCopyTo(destination[5..]) ? Variable(4, destination, bytes.Length) : 0;
            case DataType.Uuid:
                destination[0] = 5;
                _ = ((Guid)value.ToObject()!).TryWriteBytes(destination[1..], bigEndian: true, out _);
                return 17;
            default:
                destination[0] = (byte)(value.Type == DataType.Timestamp ? 6 : 1);
                BinaryPrimitives.WriteInt64LittleEndian(destination[1..], value.ToInt64());
                return 9;
        }
    }

    /// <summary>The key of a stored row; null when a column of it is null.</summary>
    public static byte[]? Of(FeatureValue[] row, int[] positions)
    {
        Span<byte> buffer = stackalloc byte[256];
        for (var size = buffer.Length; ; size *= 4, buffer = new byte[size])
        {
            var at = 0;
            var fits = true;
            foreach (var position in positions)
            {
                if (row[position].IsNull)
                {
                    return null;
                }

                var written = Write(row[position], buffer[at..]);
                fits &= written > 0;
                at += written;
            }

            if (fits)
            {
                return buffer[..at].ToArray();
            }
        }
    }

    private static int Variable(byte type, Span<byte> destination, int length)
    {
        destination[0] = type;
        BinaryPrimitives.WriteInt32LittleEndian(destination[1..], length);
        return 5 + length;
    }
}
