using System.IO.Compression;
using Grpc.Net.Compression;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Packed messages, which must not become larger than a message may be: the framework looks at the packed size alone.</summary>
internal sealed class BoundedCompression(ICompressionProvider inner, int maximumBytes) : ICompressionProvider
{
    public string EncodingName => inner.EncodingName;

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        inner.CreateCompressionStream(stream, compressionLevel);

    public Stream CreateDecompressionStream(Stream stream) => new BoundedStream(inner.CreateDecompressionStream(stream), maximumBytes);
}
