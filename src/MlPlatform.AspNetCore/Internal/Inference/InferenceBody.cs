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
            return await ReadAsync(request.Body, expected, maximumBytes, memory, context.RequestAborted).ConfigureAwait(false);
        }

        var unpacked = Unpack(request.Body, encoding);
        await using (unpacked.ConfigureAwait(false))
        {
            try
            {
                return await ReadAsync(unpacked, FirstBytes, maximumBytes, memory, context.RequestAborted).ConfigureAwait(false);
            }
            catch (InvalidDataException e)
            {
                throw MlflowException.InvalidParameter($"The body is not valid {encoding}: {e.Message}");
            }
        }
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

    private static Stream Unpack(Stream body, string encoding) =>
        encoding.ToLowerInvariant() switch
        {
            "gzip" => new GZipStream(body, CompressionMode.Decompress, leaveOpen: true),
            "deflate" => new ZLibStream(body, CompressionMode.Decompress, leaveOpen: true),
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
        InferenceMemory memory,
        CancellationToken cancellationToken
    )
    {
        var buffer = ArrayPool<byte>.Shared.Rent(expected);
        var length = 0;
        while (await body.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            length += read;
            if (length > maximumBytes || length == Array.MaxLength)
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

    private static MlflowException TooLarge(int maximumBytes) =>
        MlflowException.TooLarge($"The body has more than {maximumBytes} bytes once it is unpacked, the limit of an inference request.");
}
