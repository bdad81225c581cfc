using System.Globalization;

namespace MlPlatform.Core;

/// <summary>Identifies one immutable version of a registered model; text <c>name@v3</c>.</summary>
/// <param name="Name">The registered model's name.</param>
/// <param name="Version">1, 2, 3, ... without gaps.</param>
public sealed record ModelVersionId(string Name, int Version)
{
    /// <summary>This version as an asset.</summary>
    public AssetRef ToAsset() => new(AssetKind.Model, Name, Version);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}@v{Version}");
}
