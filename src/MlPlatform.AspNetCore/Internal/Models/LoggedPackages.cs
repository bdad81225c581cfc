using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Makes a package of the files that a client logged, so that the version that it registers can be served by .NET.</summary>
internal sealed class LoggedPackages(IArtifactTrees trees, IArtifactStore artifacts, IModelRegistry registry)
{
    private const int MaximumFiles = 1000;

    /// <summary>The package; null when the folder is not one of a model, or one of a kind that is not served here.</summary>
    /// <exception cref="InvalidModelPackageException">It says that it is a model and cannot be used as one.</exception>
    public async Task<StoredModelPackage?> MakeAsync(ArtifactTreeId tree, ArtifactPath? folder, CancellationToken cancellationToken)
    {
        var files = await trees
            .ListFilesAsync(tree, folder, limit: MaximumFiles, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var prefix = folder is null ? string.Empty : $"{folder}/";
        var package = await MlmodelFolder
            .OpenAsync([.. files.Select(f => f with { Path = f.Path[prefix.Length..] })], artifacts, cancellationToken)
            .ConfigureAwait(false);
        return package is null ? null : await registry.StorePackageAsync(package, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The package of a version, for one that copies it.</summary>
    public async Task<StoredModelPackage> CopyAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var package = await ModelPackage.OpenAsync(artifacts, version.ManifestDigest!.Value, cancellationToken).ConfigureAwait(false);
        return await registry.StorePackageAsync(package, cancellationToken).ConfigureAwait(false);
    }
}
