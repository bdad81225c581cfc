namespace MlPlatform.Core;

/// <summary>Immutable bytes named by their SHA-256 digest.</summary>
/// <remarks>
/// A write is complete or invisible. Bytes are verified whenever they are read. Whoever keeps a digest records it with
/// <see cref="IUnitOfWork.Reference"/>; what nobody references is swept later. Thread-safe, also between processes.
/// </remarks>
public interface IArtifactStore
{
    /// <summary>Stores a stream's bytes. Storing bytes that exist already is cheap and marks them as new for the sweep.</summary>
    /// <param name="content">Read to its end, not disposed.</param>
    /// <param name="cancellationToken">Cancels the write, which then leaves nothing behind that can be read.</param>
    Task<ArtifactInfo> PutAsync(Stream content, CancellationToken cancellationToken = default);

    /// <summary>Opens an artifact. The stream verifies as it goes and throws at its end when the bytes do not match the digest.</summary>
    /// <exception cref="ArtifactNotFoundException">No such artifact.</exception>
    Task<Stream> OpenReadAsync(ArtifactDigest digest, CancellationToken cancellationToken = default);

    /// <summary>Size and age of an artifact; null when there is none.</summary>
    Task<ArtifactInfo?> FindAsync(ArtifactDigest digest, CancellationToken cancellationToken = default);

    /// <summary>Lists every artifact, in no particular order.</summary>
    IAsyncEnumerable<ArtifactInfo> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Deletes an artifact unless it was stored again after <paramref name="notStoredSince"/>. For the garbage collector.</summary>
    /// <returns>Whether it was deleted.</returns>
    Task<bool> DeleteAsync(ArtifactDigest digest, DateTimeOffset notStoredSince, CancellationToken cancellationToken = default);

    /// <summary>Removes what interrupted writes have left behind before a time.</summary>
    /// <returns>How many leftovers were removed.</returns>
    Task<int> DeleteIncompleteAsync(DateTimeOffset before, CancellationToken cancellationToken = default);
}
