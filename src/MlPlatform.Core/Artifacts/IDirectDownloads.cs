namespace MlPlatform.Core;

/// <summary>What an <see cref="IArtifactStore"/> implements as well when clients can download from it without this process.</summary>
/// <remarks>Whoever has such an address can read the artifact until it ends, and verifies the bytes by the digest. Thread-safe.</remarks>
public interface IDirectDownloads
{
    /// <summary>An address from which an artifact can be read for a time, without further authorization.</summary>
    /// <param name="digest">Which artifact.</param>
    /// <param name="fileName">The name under which a browser saves it.</param>
    /// <param name="validFor">For how long.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Null when the store cannot sign addresses, as it is set up.</returns>
    /// <exception cref="ArtifactNotFoundException">No such artifact.</exception>
    Task<Uri?> GetDownloadUriAsync(
        ArtifactDigest digest,
        string fileName,
        TimeSpan validFor,
        CancellationToken cancellationToken = default
    );
}
