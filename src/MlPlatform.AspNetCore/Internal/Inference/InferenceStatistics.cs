using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The statistics that a request asks for, over REST and gRPC alike.</summary>
internal static class InferenceStatistics
{
    /// <exception cref="AssetNotFoundException">There is no such model; one that is not loaded is loaded.</exception>
    public static async Task<IEnumerable<ModelStatistics>> ListAsync(
        IInferenceServer models,
        ModelReference reference,
        CancellationToken cancellationToken
    )
    {
        await models.DescribeAsync(reference, cancellationToken).ConfigureAwait(false);
        return models
            .ListStatistics()
            .Where(s => string.Equals(s.Version.Name, reference.Name, StringComparison.Ordinal))
            .Where(s => reference.Version is not { } version || s.Version.Version == version);
    }
}
