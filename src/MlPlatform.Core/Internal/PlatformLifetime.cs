using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MlPlatform.Core.Internal;

internal sealed class PlatformLifetime(IServiceProvider services) : IPlatformLifetime, IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly Stack<IPlatformService> started = new();
    private bool running;

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (running)
            {
                return;
            }

            services.GetService<IStartupValidator>()?.Validate();
            await services.GetRequiredService<IMetadataDatabase>().MigrateAsync(cancellationToken).ConfigureAwait(false);
            if (services.GetKeyedService<IMetadataDatabase>(DatabaseNames.Online) is { } online)
            {
                await online.MigrateAsync(cancellationToken).ConfigureAwait(false);
            }

            running = true;
            foreach (var service in services.GetServices<IPlatformService>())
            {
                await service.StartAsync(cancellationToken).ConfigureAwait(false);
                started.Push(service);
            }

            services.GetRequiredService<PlatformStopper>();
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var errors = new List<Exception>();
            while (started.TryPop(out var service))
            {
                try
                {
                    await service.StopAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    errors.Add(e); // The others must still flush.
                }
            }

            running = false;
            if (errors.Count > 0)
            {
                throw new AggregateException("Parts of the platform did not stop cleanly.", errors);
            }
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();
}
