namespace MlPlatform.Core;

/// <summary>An asset is deleted and takes no writes until it is restored.</summary>
public sealed class AssetDeletedException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="asset">The asset.</param>
    public AssetDeletedException(AssetRef asset)
        : base($"'{asset}' is deleted; restore it before you write to it.") => Asset = asset;

    /// <summary>The asset.</summary>
    public AssetRef Asset { get; }
}
