namespace MlPlatform.Core;

/// <summary>Stored bytes do not have the digest that names them.</summary>
public sealed class ArtifactCorruptException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public ArtifactCorruptException(ArtifactDigest expected, ArtifactDigest actual)
        : base($"Artifact {expected} is corrupt: its bytes have digest {actual}. Restore it from a backup or produce it again.")
    {
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The digest that names the artifact.</summary>
    public ArtifactDigest Expected { get; }

    /// <summary>The digest of the bytes found.</summary>
    public ArtifactDigest Actual { get; }
}
