using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MlPlatform.Core.Internal;

internal sealed class PlatformLifetime(IServiceProvider services, Clocks clocks) : IPlatformLifetime
{
    private static readonly TimeSpan LastTime = TimeSpan.FromSeconds(5);
    private readonly Lock gate = new();
    private readonly Stack<IPlatformService> started = new();
    private Task last = Task.CompletedTask;
    private bool running;
    private bool ended;

    public Task StartAsync(CancellationToken cancellationToken = default) => InTurnAsync(() => StartAllAsync(cancellationToken));

    public Task StopAsync(CancellationToken cancellationToken = default) => InTurnAsync(() => StopAllAsync(cancellationToken));

    /// <summary>Starts and stops wait for each other; one that fails does not keep the next from its turn.</summary>
    private Task InTurnAsync(Func<Task> action)
    {
        lock (gate)
        {
            return last = RunAsync(last);
        }

        async Task RunAsync(Task before)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await action().ConfigureAwait(false);
        }
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        if (running)
        {
            return;
        }

        if (ended)
        {
            throw new InvalidOperationException(
                "The platform was stopped, or its start failed; it starts once. Build a new service provider and start that."
            );
        }

        services.GetService<IStartupValidator>()?.Validate();
        await services.GetRequiredService<IMetadataDatabase>().MigrateAsync(cancellationToken).ConfigureAwait(false);
        if (services.GetKeyedService<IMetadataDatabase>(DatabaseNames.Online) is { } online)
        {
            await online.MigrateAsync(cancellationToken).ConfigureAwait(false);
        }

        running = true;
        try
        {
            foreach (var service in services.GetServices<IPlatformService>())
            {
                await service.StartAsync(cancellationToken).ConfigureAwait(false);
                started.Push(service);
            }
        }
        catch
        {
            await StopStartedAsync(CancellationToken.None).ConfigureAwait(false); // Half a platform must not go on; the cause is what the caller hears.
            throw;
        }

        services.GetRequiredService<PlatformStopper>();
    }

    private async Task StopAllAsync(CancellationToken cancellationToken)
    {
        var errors = await StopStartedAsync(cancellationToken).ConfigureAwait(false);
        if (errors.Count > 0)
        {
            throw new MlPlatformException(
                $"Parts of the platform did not stop cleanly: {string.Join(" ", errors.Select(e => e.Message).Distinct(StringComparer.Ordinal))}",
                new AggregateException(errors)
            );
        }
    }

    /// <summary>What is to be flushed would be lost, so there are some seconds more for it than the caller gives.</summary>
    private async Task<List<Exception>> StopStartedAsync(CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clocks.Work);
        await using var given = cancellationToken
            .UnsafeRegister(static end => ((CancellationTokenSource)end!).CancelAfter(LastTime), end)
            .ConfigureAwait(false);
        ended |= running;
        var errors = new List<Exception>();
        while (started.TryPop(out var service))
        {
            try
            {
                await service.StopAsync(end.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                errors.Add(e); // The others must still flush.
            }
        }

        running = false;
        return errors;
    }
}
