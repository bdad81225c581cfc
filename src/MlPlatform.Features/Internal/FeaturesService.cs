using Microsoft.Extensions.Logging;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Applies the definitions at start, and seals what an earlier process could not.</summary>
internal sealed class FeaturesService(FeatureRuntime runtime, SourceHistory history, ILogger<FeaturesService> logger) : IPlatformService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var model = await runtime.GetAsync(cancellationToken).ConfigureAwait(false);
        foreach (var source in model.Model.Sources)
        {
            try
            {
                await history.SealAsync(source, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Log.SealFailed(logger, source.Name, e); // The rows are durable and can be read as they are: no reason not to start.
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
