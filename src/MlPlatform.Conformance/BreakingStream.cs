using MlPlatform.Testing;

namespace MlPlatform.Conformance;

/// <summary>A source that breaks off.</summary>
internal sealed class BreakingStream(byte[] content, int breakAfter) : MemoryStream(content)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= breakAfter)
        {
            throw new InjectedFaultException("source");
        }

        return base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, breakAfter - Position)], cancellationToken);
    }
}
