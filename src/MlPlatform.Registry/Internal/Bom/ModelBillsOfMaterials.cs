using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class ModelBillsOfMaterials(
    IModelRegistry registry,
    IExperimentTracker tracker,
    IModelCards cards,
    IArtifactStore artifacts,
    Clocks clocks
) : IModelBillsOfMaterials
{
    private const long MaximumPackagesBytes = 16 * 1024 * 1024;

    public async Task<byte[]> ExportAsync(ModelVersionId version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        var found =
            await registry.GetVersionAsync(version, cancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(version.ToAsset());
        var run = found.RunId is { } id ? await tracker.GetRunAsync(id, cancellationToken).ConfigureAwait(false) : null;
        var parts = new ModelParts(found)
        {
            Model = await registry.GetModelAsync(version.Name, cancellationToken).ConfigureAwait(false),
            Manifest = found.ManifestDigest is { } digest
                ? (await ModelPackage.OpenAsync(artifacts, digest, cancellationToken).ConfigureAwait(false)).Manifest
                : null,
            Card = (await cards.GetAsync(version, cancellationToken).ConfigureAwait(false))?.Card,
            Run = run,
            Packages = await ReadPackagesAsync(run, cancellationToken).ConfigureAwait(false),
        };
        return CanonicalJson.Serialize(CycloneDxDocument.Of(parts, clocks.Platform.GetUtcNow()));
    }

    private async Task<JsonObject> ReadPackagesAsync(RunInfo? run, CancellationToken cancellationToken)
    {
        if (run?.Provenance?.Packages is not { } text || !ArtifactDigest.TryParse(text, out var digest))
        {
            return [];
        }

        var bytes = await artifacts.ReadBytesAsync(digest, MaximumPackagesBytes, cancellationToken).ConfigureAwait(false);
        return JsonNode.Parse(bytes) as JsonObject ?? [];
    }
}
