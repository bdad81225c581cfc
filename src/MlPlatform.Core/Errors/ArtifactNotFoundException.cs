namespace MlPlatform.Core;

/// <summary>The artifact store has no bytes for a digest.</summary>
public sealed class ArtifactNotFoundException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public ArtifactNotFoundException(ArtifactDigest digest)
        : base($"Artifact {digest} is not in the artifact store.") => Digest = digest;

    /// <summary>The digest asked for.</summary>
    public ArtifactDigest Digest { get; }
}
