using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MlPlatform.Core;

namespace MlPlatform.Testing;

/// <summary>Artifacts in memory: for unit tests, and the model that providers are compared with.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="work">The work clock.</param>
public sealed class InMemoryArtifactStore(TimeProvider work) : IArtifactStore
{
    private readonly ConcurrentDictionary<ArtifactDigest, (byte[] Bytes, DateTimeOffset StoredAt)> artifacts = new();

    /// <inheritdoc/>
    public async Task<ArtifactInfo> PutAsync(Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var buffer = new MemoryStream();
        await content.CopyToAsync(buffer, cancellationToken).ConfigureAwait(false);
        var bytes = buffer.ToArray();
        var info = new ArtifactInfo(ArtifactDigest.Of(bytes), bytes.Length, work.GetUtcNow());
        artifacts[info.Digest] = (bytes, info.StoredAt);
        return info;
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(ArtifactDigest digest, CancellationToken cancellationToken = default) =>
        artifacts.TryGetValue(digest, out var artifact)
            ? Task.FromResult<Stream>(new MemoryStream(artifact.Bytes, writable: false))
            : throw new ArtifactNotFoundException(digest);

    /// <inheritdoc/>
    public Task<ArtifactInfo?> FindAsync(ArtifactDigest digest, CancellationToken cancellationToken = default) =>
        Task.FromResult(artifacts.TryGetValue(digest, out var a) ? new ArtifactInfo(digest, a.Bytes.Length, a.StoredAt) : null);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ArtifactInfo> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var (digest, artifact) in artifacts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new(digest, artifact.Bytes.Length, artifact.StoredAt);
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(ArtifactDigest digest, DateTimeOffset notStoredSince, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            artifacts.TryGetValue(digest, out var artifact)
                && artifact.StoredAt <= notStoredSince
                && artifacts.TryRemove(KeyValuePair.Create(digest, artifact))
        );

    /// <inheritdoc/>
    public Task<int> DeleteIncompleteAsync(DateTimeOffset before, CancellationToken cancellationToken = default) => Task.FromResult(0);
}
