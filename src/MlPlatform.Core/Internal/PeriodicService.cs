using Microsoft.Extensions.Logging;

namespace MlPlatform.Core.Internal;

/// <summary>Background work at a fixed interval of work time; a failed round is logged and the next one tried.</summary>
internal abstract class PeriodicService(Clocks clocks, ILogger logger) : IPlatformService, IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private Task loop = Task.CompletedTask;

    /// <summary>The interval, or null when there is nothing to do in this process.</summary>
    protected abstract TimeSpan? Interval { get; }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (Interval is { } interval)
        {
            loop = Task.Run(() => RunAsync(interval), CancellationToken.None);
        }

        return Task.CompletedTask;
    }

    public virtual async Task StopAsync(CancellationToken cancellationToken)
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
    }

    public void Dispose() => stop.Dispose();

    protected abstract Task RunOnceAsync(CancellationToken cancellationToken);

    private async Task RunAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, clocks.Work);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token).ConfigureAwait(false))
            {
                try
                {
                    await RunOnceAsync(stop.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (!stop.IsCancellationRequested)
                {
                    Log.RoundFailed(logger, GetType().Name, e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}
