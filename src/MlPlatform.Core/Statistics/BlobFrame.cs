using System.Buffers.Binary;
using System.IO.Hashing;

namespace MlPlatform.Core;

/// <summary>The frame of stored binary content: magic, format version, kind, length, payload, CRC-32. Little-endian.</summary>
public static class BlobFrame
{
    private const uint Magic = 0x4D504C4D; // "MLPM"
    private const int Header = 12;

    /// <summary>Frames a payload.</summary>
    /// <param name="kind">What it is; each owner numbers its own.</param>
    /// <param name="version">The version of the payload's format.</param>
    /// <param name="payload">The content.</param>
    public static byte[] Write(ushort kind, ushort version, ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[Header + payload.Length + 4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), kind);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), (uint)payload.Length);
        payload.CopyTo(bytes.AsSpan(Header));
        BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(Header + payload.Length),
            Crc32.HashToUInt32(bytes.AsSpan(0, Header + payload.Length))
        );
        return bytes;
    }

    /// <summary>Checks a frame and gives its payload.</summary>
    /// <exception cref="BlobFormatException">It is damaged, of another kind, or of a version that this code does not know.</exception>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> bytes, ushort kind, ushort version)
    {
        if (bytes.Length < Header + 4 || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            throw new BlobFormatException("The content has no frame of this platform; it is damaged or something else.");
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (length != bytes.Length - Header - 4 || Crc32.HashToUInt32(bytes[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]))
        {
            throw new BlobFormatException("The content is damaged: its length or checksum does not match.");
        }

        var storedVersion = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        var storedKind = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        if (storedKind != kind)
        {
            throw new BlobFormatException($"The content is of kind {storedKind}; {kind} was expected.");
        }

        if (storedVersion != version)
        {
            throw new BlobFormatException(
                $"The content has format version {storedVersion}; this build reads version {version}. Update the package that reads it."
            );
        }

        return bytes.Slice(Header, (int)length);
    }
}
