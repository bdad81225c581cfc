using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Applies the definitions at start, and seals what an earlier process could not.</summary>
internal sealed class FeaturesService(FeatureRuntime runtime, SourceHistory history) : IPlatformService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var model = await runtime.GetAsync(cancellationToken).ConfigureAwait(false);
        foreach (var source in model.Model.Sources)
        {
            await history.SealAsync(source, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
