using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Reads the body of a request, unpacked, into rented memory that grows with what has really come.</summary>
internal static class InferenceBody
{
    private const int FirstBytes = 16 << 10;
    private const int TrustedBytes = 1 << 20;
    private const int SmallBytes = 32 << 10;

    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, int maximumBytes, InferenceMemory memory)
    {
        var request = context.Request;
        RaiseLimit(context, maximumBytes);
        if (request.ContentLength > maximumBytes)
        {
            throw TooLarge(maximumBytes);
        }

        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            if (request.ContentLength is > 0 and <= SmallBytes and var small)
            {
                return await ReadSmallAsync(request.BodyReader, (int)small, memory, context.RequestAborted).ConfigureAwait(false);
            }

            var expected = (int)Math.Min(request.ContentLength + 1 ?? FirstBytes, TrustedBytes);
            return await ReadAsync(request.Body, expected, maximumBytes, 0, memory, context.RequestAborted).ConfigureAwait(false);
        }

        return await UnpackAsync(request.Body, encoding, maximumBytes, memory, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>The server counts packed bytes and the framing of chunks; exact is the count of whoever reads the body.</summary>
    public static void RaiseLimit(HttpContext context, int maximumBytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = 2L * maximumBytes;
        }
    }

    /// <summary>A small body lies in the server's own memory, mostly in one piece, and can stay there.</summary>
    private static async ValueTask<ReadOnlyMemory<byte>> ReadSmallAsync(
        PipeReader reader,
        int length,
        InferenceMemory memory,
        CancellationToken cancellationToken
    )
    {
        var read = await reader.ReadAtLeastAsync(length, cancellationToken).ConfigureAwait(false);
        if (read.Buffer.IsSingleSegment)
        {
            memory.Keep(reader, read.Buffer.End);
            return read.Buffer.First;
        }

        var copy = memory.Rent((int)read.Buffer.Length);
        read.Buffer.CopyTo(copy.Span);
        reader.AdvanceTo(read.Buffer.End);
        return copy;
    }

    private static async ValueTask<ReadOnlyMemory<byte>> UnpackAsync(
        Stream body,
        string encoding,
        int maximumBytes,
        InferenceMemory memory,
        CancellationToken cancellationToken
    )
    {
        var isGzip = IsGzip(encoding);
        var seal = isGzip ? GzipSeal.Content : default;
        var source = new PackedSource(body, isGzip ? GzipSeal.Packed : default);
        Stream unpacked = isGzip ? new GZipStream(source, CompressionMode.Decompress) : new ZLibStream(source, CompressionMode.Decompress);
        await using (unpacked.ConfigureAwait(false))
        {
            try
            {
                var content = await ReadAsync(unpacked, FirstBytes, maximumBytes, seal.Length, memory, cancellationToken)
                    .ConfigureAwait(false);
                return (isGzip ? content.Span.EndsWith(seal.Span) : source.IsSpent) ? content[..^seal.Length] : throw Damaged(encoding);
            }
            catch (InvalidDataException)
            {
                throw Damaged(encoding);
            }
        }
    }

    /// <exception cref="MlflowException">It is neither gzip nor deflate.</exception>
    private static bool IsGzip(string encoding) =>
        encoding.ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => true, // RFC 9110, 8.4.1.3.
            "deflate" => false,
            _ => throw new MlflowException(
                new(
                    StatusCodes.Status415UnsupportedMediaType,
                    "BAD_REQUEST",
                    $"Content-Encoding is '{encoding}'; gzip, deflate or none was expected."
                )
            ),
        };

    private static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(
        Stream body,
        int expected,
        int maximumBytes,
        int sealBytes,
        InferenceMemory memory,
        CancellationToken cancellationToken
    )
    {
        var buffer = ArrayPool<byte>.Shared.Rent(expected);
        var length = 0;
        while (await body.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            length += read;
            if (length - sealBytes > maximumBytes || length == Array.MaxLength)
            {
                throw TooLarge(maximumBytes);
            }

            if (length == buffer.Length)
            {
                buffer = Grow(buffer);
            }
        }

        memory.Keep(buffer);
        return buffer.AsMemory(0, length);
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(buffer.Length * 2L, Array.MaxLength));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static MlflowException Damaged(string encoding) =>
        MlflowException.InvalidParameter($"The body is not valid {encoding}: it is damaged, breaks off, or something follows it.");

    private static MlflowException TooLarge(int maximumBytes) =>
        MlflowException.TooLarge($"The body has more than {maximumBytes} bytes once it is unpacked, the limit of an inference request.");
}
