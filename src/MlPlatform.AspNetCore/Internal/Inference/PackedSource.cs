namespace MlPlatform.AspNetCore.Internal;

/// <summary>A packed body as a reader of the framework is given it: such a reader ends in silence also when the body breaks off, or something follows.</summary>
/// <remarks>
/// So the last byte comes alone. Who ends before it has left something, and who asks for more has not got enough. A reader of gzip always asks for more, since
/// another member may follow; its body gets a last one of ours, which it shows only if all before were whole.
/// </remarks>
/// <param name="body">The body.</param>
/// <param name="seal">What follows it.</param>
internal sealed class PackedSource(Stream body, ReadOnlyMemory<byte> seal) : OneWayStream
{
    private ReadOnlyMemory<byte> rest = seal;
    private byte last;
    private bool isHeld;
    private bool isOverrun;

    /// <summary>Whether the reader took all there was, and asked for no more.</summary>
    public bool IsSpent => !isHeld && !isOverrun;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (await body.ReadAsync(buffer[1..], cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            buffer.Span[0] = last;
            last = buffer.Span[count];
            if (isHeld)
            {
                return count;
            }

            isHeld = true;
            if (count > 1)
            {
                buffer[1..count].CopyTo(buffer);
                return count - 1;
            }
        }

        if (isHeld)
        {
            isHeld = false;
            buffer.Span[0] = last;
            return 1;
        }

        var given = Math.Min(rest.Length, buffer.Length);
        rest[..given].CopyTo(buffer);
        rest = rest[given..];
        isOverrun = given == 0;
        return given;
    }
}
