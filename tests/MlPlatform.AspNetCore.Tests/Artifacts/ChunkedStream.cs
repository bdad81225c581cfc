namespace MlPlatform.AspNetCore.Tests;

/// <summary>Gives at most so many bytes a read.</summary>
internal sealed class ChunkedStream(byte[] content, int chunk) : MemoryStream(content, writable: false)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);

    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, chunk)]);

    public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A copy would take all at once.");
}
