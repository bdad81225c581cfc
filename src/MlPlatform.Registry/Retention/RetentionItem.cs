using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>What retention did with an asset.</summary>
/// <param name="Asset">The asset.</param>
/// <param name="Removed">Whether it was deleted or purged (in a dry run: would be); false when something speaks for keeping it.</param>
/// <param name="Reason">One sentence.</param>
public sealed record RetentionItem(AssetRef Asset, bool Removed, string Reason);
