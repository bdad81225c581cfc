using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>A request's body as one file: neither more bytes than allowed, nor another number than was announced.</summary>
internal sealed class UploadStream(Stream body, long? announced, long maximum) : OneWayStream
{
    private long read;

    public override long Position
    {
        get => read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        read += count;
        if (read > maximum)
        {
            throw MlflowException.TooLarge($"The file has more than {maximum} bytes, the limit of this server.");
        }

        return count > 0 || buffer.Length == 0 || announced is null || read == announced
            ? count
            : throw new BadHttpRequestException($"The body ended after {read} of {announced} bytes. Nothing was stored.");
    }
}
