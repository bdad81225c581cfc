using System.IO.Compression;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>A member of gzip that is put behind bodies, to see whether readers come that far.</summary>
internal static class GzipSeal
{
    /// <summary>What it is unpacked to.</summary>
    public static ReadOnlyMemory<byte> Content { get; } = "\0whole\0"u8.ToArray();

    /// <summary>The member.</summary>
    public static ReadOnlyMemory<byte> Packed { get; } = Pack();

    private static byte[] Pack()
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.NoCompression, leaveOpen: true))
        {
            stream.Write(Content.Span);
        }

        return packed.ToArray();
    }
}
