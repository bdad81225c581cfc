namespace MlPlatform.Core;

/// <summary>A named asset does not exist.</summary>
public sealed class AssetNotFoundException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="asset">What was asked for.</param>
    /// <param name="hint">What to do, or null.</param>
    public AssetNotFoundException(AssetRef asset, string? hint = null)
        : base($"'{asset}' does not exist.{(hint is null ? string.Empty : " " + hint)}") => (Asset, Hint) = (asset, hint);

    /// <summary>What was asked for.</summary>
    public AssetRef Asset { get; }

    /// <summary>What to do, or null.</summary>
    public string? Hint { get; }
}
