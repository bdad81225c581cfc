namespace MlPlatform.AspNetCore.Internal;

/// <summary>
/// Passes a verifying stream on with its last bytes held back until they are verified, so that nobody gets a whole file with wrong bytes. Seeking goes
/// forward only, by reading.
/// </summary>
internal sealed class HeldBackStream(Stream content, long length) : Stream
{
    private const int ChunkSize = 81_920;
    private byte[] present = [];
    private byte[] ahead = [];
    private int presentLength;
    private int presentOffset;
    private int aheadLength;
    private long position;
    private long target;
    private bool begun;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => target;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var to = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => target + offset,
            _ => length + offset,
        };
        return to >= position ? target = to : throw new NotSupportedException("The file is read forward only.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (presentOffset == presentLength && !await AdvanceAsync(cancellationToken).ConfigureAwait(false))
            {
                return 0;
            }

            var skipped = (int)Math.Min(target - position, presentLength - presentOffset);
            presentOffset += skipped;
            position += skipped;
            if (presentOffset < presentLength)
            {
                var count = Math.Min(buffer.Length, presentLength - presentOffset);
                present.AsMemory(presentOffset, count).CopyTo(buffer);
                presentOffset += count;
                target = position += count;
                return count;
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A file is sent asynchronously.");

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Makes the next chunk present once the one after it, or the verified end, is known.</summary>
    private async ValueTask<bool> AdvanceAsync(CancellationToken cancellationToken)
    {
        if (!begun)
        {
            begun = true;
            var size = (int)Math.Clamp(length, 1, ChunkSize);
            (present, ahead) = (new byte[size], new byte[size]);
            aheadLength = await content.ReadAsync(ahead, cancellationToken).ConfigureAwait(false);
        }

        (present, ahead) = (ahead, present);
        (presentLength, presentOffset) = (aheadLength, 0);
        aheadLength = presentLength == 0 ? 0 : await content.ReadAsync(ahead, cancellationToken).ConfigureAwait(false);
        return presentLength > 0;
    }
}
