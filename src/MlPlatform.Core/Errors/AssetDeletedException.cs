namespace MlPlatform.Core;

/// <summary>An asset was deleted and may still be read, but takes no more writes. Nothing of the call was stored.</summary>
public sealed class AssetDeletedException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="asset">What is deleted.</param>
    public AssetDeletedException(AssetRef asset)
        : base($"'{asset}' is deleted and takes no more writes. Restore it first.") => Asset = asset;

    /// <summary>What is deleted.</summary>
    public AssetRef Asset { get; }
}
