using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A package whose files and manifest are in the artifact store, ready to become a version inside a transaction.</summary>
/// <remarks>Made by <see cref="IModelRegistry.StorePackageAsync"/>. Until it is registered, garbage collection may sweep it once it is old enough.</remarks>
public sealed class StoredModelPackage
{
    internal StoredModelPackage(ModelManifest manifest, ArtifactDigest digest)
    {
        Manifest = manifest;
        Digest = digest;
    }

    /// <summary>What the package holds.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The digest of the canonical manifest.</summary>
    public ArtifactDigest Digest { get; }
}
