namespace MlPlatform.Core;

/// <summary>A name or id is taken.</summary>
public sealed class AssetExistsException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="asset">What has it.</param>
    /// <param name="hint">What to do, or null.</param>
    public AssetExistsException(AssetRef asset, string? hint = null)
        : base($"'{asset}' exists already.{(hint is null ? string.Empty : " " + hint)}") => (Asset, Hint) = (asset, hint);

    /// <summary>What has it.</summary>
    public AssetRef Asset { get; }

    /// <summary>What to do, or null.</summary>
    public string? Hint { get; }
}
