using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>What a package says that its model is composed of.</summary>
internal static class ModelMembers
{
    private const int Most = 64; // As many as a composed model has; a package from elsewhere may say anything.

    public static IEnumerable<AssetRef> Of(ModelManifest? manifest) =>
        (manifest?.Provenance.Members ?? [])
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Take(Most)
            .Select(m => AssetRef.Parse($"model:{m}"))
            .Where(a => a.Version is not null);
}
