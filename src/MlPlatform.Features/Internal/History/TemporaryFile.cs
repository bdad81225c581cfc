namespace MlPlatform.Features.Internal;

/// <summary>A file that is deleted when it is disposed, unless it was moved away.</summary>
internal sealed record TemporaryFile(string Path) : IDisposable
{
    public void Dispose() => File.Delete(Path);
}
