namespace MlPlatform.Registry;

/// <summary>A file that is being read.</summary>
/// <param name="File">Which bytes these are; a later write to its path does not change them.</param>
/// <param name="Content">Forward only; throws at its end when the bytes do not have the digest.</param>
public sealed record OpenedArtifact(ArtifactFile File, Stream Content) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}
