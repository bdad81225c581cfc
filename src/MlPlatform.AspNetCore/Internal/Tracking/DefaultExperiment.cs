using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Clients that name no experiment log to the one whose id is 0: it is there from the first start.</summary>
internal sealed class DefaultExperiment(IExperimentTracker tracker) : IPlatformService
{
    private const string Id = "0";
    private const string Name = "Default";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await tracker.GetExperimentAsync(Id, cancellationToken).ConfigureAwait(false) is not null)
        {
            return;
        }

        try
        {
            await tracker.CreateExperimentAsync(Name, new() { Id = Id }, cancellationToken).ConfigureAwait(false);
        }
        catch (AssetExistsException)
        {
            // Another process was faster, or somebody has an experiment of that name: then clients must name one.
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
