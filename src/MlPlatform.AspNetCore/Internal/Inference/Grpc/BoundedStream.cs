using Grpc.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>An unpacked message, up to the limit of its size.</summary>
internal sealed class BoundedStream(Stream unpacked, int maximumBytes) : Stream
{
    private long read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => read;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var count = unpacked.Read(buffer);
            read += count;
            return read <= maximumBytes
                ? count
                : throw new RpcException(
                    new(StatusCode.ResourceExhausted, $"The message has more than {maximumBytes} bytes once it is unpacked.")
                );
        }
        catch (InvalidDataException)
        {
            throw new RpcException(
                new(StatusCode.InvalidArgument, "The message cannot be unpacked: it is damaged, or not packed as it says.")
            );
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        unpacked.Dispose();
        base.Dispose(disposing);
    }
}
