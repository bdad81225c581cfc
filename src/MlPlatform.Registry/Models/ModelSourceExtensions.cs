using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>Copies between environments.</summary>
public static class ModelSourceExtensions
{
    /// <summary>Registers a version's package in another registry: the same bytes, verified on the way, under the same digest.</summary>
    /// <param name="source">Where the version is.</param>
    /// <param name="version">The version.</param>
    /// <param name="target">The registry of the other environment.</param>
    /// <param name="name">The model there, made if it is new.</param>
    /// <param name="environment">The name of the environment that it comes from, kept as its origin, for example <c>staging</c>.</param>
    /// <param name="cancellationToken">Cancels the call; what was copied and not registered is swept there.</param>
    /// <remarks>Repeating it gives the version that the first call made.</remarks>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    /// <exception cref="ArtifactCorruptException">A file's bytes do not match the manifest.</exception>
    public static async Task<ModelVersion> CopyVersionAsync(
        this IModelSource source,
        ModelVersionId version,
        IModelRegistry target,
        string name,
        string environment,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentException.ThrowIfNullOrWhiteSpace(environment);
        var opened = await source
            .OpenAsync(ModelReference.ByVersion(version.Name, version.Version), cancellationToken)
            .ConfigureAwait(false);
        var origin = $"{environment}/{version}";
        return await target
            .RegisterVersionAsync(
                name,
                opened.Package,
                new() { CopiedFrom = origin, IdempotencyKey = $"copy {opened.Package.Digest}" },
                cancellationToken
            )
            .ConfigureAwait(false);
    }
}
