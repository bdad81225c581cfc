using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>Shorter forms of what is done every day.</summary>
public static class ModelRegistryExtensions
{
    /// <summary>Points an alias at a version, by a person's decision. Whoever follows the alias, servers included, follows.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="version">The version.</param>
    /// <param name="alias">The alias. Default: <c>champion</c>.</param>
    /// <param name="reason">One sentence for the alias's history; null says only that it was promoted.</param>
    /// <param name="cancellationToken">Cancels the call before it commits.</param>
    /// <exception cref="ConcurrencyConflictException">Another moved the alias at the same moment; look again before you overwrite it.</exception>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    public static async Task<ModelAlias> PromoteAsync(
        this IModelRegistry registry,
        ModelVersionId version,
        string alias = "champion",
        string? reason = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(version);
        var present = await registry.GetAliasAsync(version.Name, alias, cancellationToken).ConfigureAwait(false);
        return await registry
            .SetAliasAsync(
                version.Name,
                alias,
                version.Version,
                present?.ETag ?? ETag.None,
                new(AliasMoveKind.Human, reason ?? $"promoted to {alias}"),
                cancellationToken
            )
            .ConfigureAwait(false);
    }
}
