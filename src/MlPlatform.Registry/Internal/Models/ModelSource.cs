using System.Runtime.CompilerServices;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class ModelSource(ModelRegistry registry, IArtifactStore artifacts, IChangeFeed changes, ModelSignatures signatures)
    : IModelSource
{
    public async Task<OpenedModel> OpenAsync(ModelReference reference, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        using var activity = RegistryDiagnostics.Source.StartActivity("registry.openModel");
        activity?.SetTag("mlplatform.model.name", reference.Name);
        var id = await ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
        var version =
            await registry.GetVersionAsync(id, cancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(id.ToAsset(), "Register it, or list the versions of the model.");

        var manifest =
            version.ManifestDigest
            ?? throw new InvalidModelPackageException(
                $"'{id.ToAsset()}' has no package: it was registered from '{version.Source}'. Log its files to a run or logged model here, and register that."
            );
        var package = await ModelPackage.OpenAsync(artifacts, manifest, cancellationToken).ConfigureAwait(false);
        await signatures.EnsureAsync(id, package, cancellationToken).ConfigureAwait(false);
        return new(id, package);
    }

    public async IAsyncEnumerable<ModelChange> WatchAsync(
        string name,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(name);
        var seen = new Dictionary<string, AliasRow>(StringComparer.Ordinal);
        var first = true;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var mark = changes.Mark(ChangeTopics.Models); // Before the read: a move in between ends the wait at once.
            foreach (var row in await registry.ListAliasRowsAsync(name, cancellationToken).ConfigureAwait(false))
            {
                var before = seen.GetValueOrDefault(row.Alias);
                seen[row.Alias] = row;
                if (before?.RowVersion != row.RowVersion && !(first && row.Version is null))
                {
                    yield return new(name, row.Alias, row.Version, before?.Version, new(row.RowVersion));
                }
            }

            first = false;
            await changes.WaitAsync(ChangeTopics.Models, mark, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ModelVersionId> ResolveAsync(ModelReference reference, CancellationToken cancellationToken)
    {
        if (reference.Version is { } version)
        {
            return new(reference.Name, version);
        }

        var alias =
            await registry.GetAliasAsync(reference.Name, reference.Alias!, cancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(
                new(AssetKind.Alias, reference.ToString()),
                "Point the alias at a registered version first."
            );
        return alias.VersionId;
    }
}
