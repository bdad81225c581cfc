using Microsoft.Extensions.Hosting;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Whether the server, or one model, can answer.</summary>
internal sealed class InferenceReadiness(IHostApplicationLifetime lifetime, RequestDrain drain, IModelServer? predictors = null)
{
    /// <summary>What the application predicts with must be loaded, and the folder have been gone through; what callers have named must not be, or any of them could take the server down.</summary>
    public bool IsReady(IInferenceServer models)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested || drain.IsStopping || predictors is { IsLoading: true })
        {
            return false;
        }

        var named = models.ListOpen().Select(m => m.Reference).ToHashSet(StringComparer.Ordinal);
        return predictors?.List().All(m => m.Version is not null || named.Contains(m.Reference)) ?? true;
    }

    public static async Task<bool> IsReadyAsync(IInferenceServer models, ModelReference reference, CancellationToken cancellationToken)
    {
        try
        {
            await models.DescribeAsync(reference, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ModelUnavailableException)
        {
            return false; // It is the answer, and the loader has logged why.
        }
    }
}
