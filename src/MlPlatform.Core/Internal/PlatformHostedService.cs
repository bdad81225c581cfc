using Microsoft.Extensions.Hosting;

namespace MlPlatform.Core.Internal;

internal sealed class PlatformHostedService(PlatformLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => lifetime.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => lifetime.StopAsync(cancellationToken);
}
