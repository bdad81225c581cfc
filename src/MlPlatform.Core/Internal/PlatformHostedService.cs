using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MlPlatform.Core.Internal;

internal sealed class PlatformHostedService(PlatformLifetime lifetime, ILogger<PlatformHostedService> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => lifetime.StartAsync(cancellationToken);

    /// <summary>A host that stops cannot do anything about what went wrong, and would end as if it had crashed.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await lifetime.StopAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MlPlatformException e)
        {
            Log.StopFailed(logger, e);
        }
    }
}
