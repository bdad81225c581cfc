namespace MlPlatform.AspNetCore.Tests;

/// <summary>Bytes whose number is not known before.</summary>
internal sealed class UnsizedStream(byte[] content) : MemoryStream(content, writable: false)
{
    public override bool CanSeek => false;
}
