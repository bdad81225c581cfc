using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MlPlatform.Pipelines.Internal;

/// <summary>Claims ready steps into free slots, keeps their leases, and takes back what lost workers left.</summary>
internal sealed class PipelineWorker(
    PipelineJournal journal,
    PipelineCatalog catalog,
    StepRunner runner,
    ILeases leases,
    IChangeFeed changes,
    Clocks clocks,
    IOptions<PipelinesOptions> options,
    ILogger<PipelineWorker> logger
) : IPlatformService, IDisposable
{
    private const int ClaimBatch = 8;
    private readonly CancellationTokenSource stop = new();
    private bool disposed;
    private readonly Lock gate = new();
    private readonly HashSet<Task> running = [];
    private int taken;
    private Task? keeping;
    private Task claiming = Task.CompletedTask;

    /// <summary>How many steps run in this process now.</summary>
    public int Running => Volatile.Read(ref taken);

    /// <inheritdoc cref="StepRunner.TakeUnavailable"/>
    public Exception? TakeUnavailable() => runner.TakeUnavailable();

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (catalog.Specs.Count > 0 && options.Value.RunSteps)
        {
            Keep();
            claiming = Task.Run(ClaimAlwaysAsync, CancellationToken.None);
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await claiming.ConfigureAwait(false);
        await Task.WhenAll(Snapshot()).ConfigureAwait(false);
        if (keeping is { } loop)
        {
            await loop.ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            stop.Cancel();
            stop.Dispose();
        }
    }

    /// <summary>Claims once, as much as there is room for.</summary>
    /// <returns>Whether anything was claimed.</returns>
    public async Task<bool> ClaimOnceAsync(CancellationToken cancellationToken)
    {
        if (catalog.Specs.Count == 0)
        {
            return false;
        }

        Keep();
        var room = Reserve();
        if (room == 0)
        {
            return false;
        }

        IReadOnlyList<StepLease> claimed = [];
        try
        {
            claimed = await journal
                .ClaimAsync(leases.Owner, catalog.Specs, room, options.Value.Lease, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
            {
                taken += claimed.Count - room;
            }
        }

        foreach (var step in claimed)
        {
            Start(step);
        }

        return claimed.Count > 0;
    }

    /// <summary>Takes back steps of lost workers, and tells the cancelled ones of this process.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var holders = await journal.FindHoldersAsync(cancellationToken).ConfigureAwait(false);
        var count = await journal.SweepAsync(holders.FindAll(leases.IsGone), cancellationToken).ConfigureAwait(false);
        if (count > 0)
        {
            PipelinesDiagnostics.Lost.Add(count);
            Log.StepsTakenBack(logger, count);
        }

        StepExecution[] held = [.. runner.Held.Values];
        if (held.Length > 0)
        {
            var cancelled = await journal
                .FindCancelledAsync([.. held.Select(e => e.Step.RunId).Distinct(StringComparer.Ordinal)], cancellationToken)
                .ConfigureAwait(false);
            Array.ForEach(Array.FindAll(held, e => cancelled.Contains(e.Step.RunId)), e => e.Stop(leaseLost: false));
        }
    }

    private int Reserve()
    {
        lock (gate)
        {
            var room = Math.Min(options.Value.Slots - taken, ClaimBatch);
            taken += room;
            return room;
        }
    }

    private void Start(StepLease step)
    {
        var task = Task.Run(() => runner.RunAsync(step, stop.Token), CancellationToken.None);
        lock (gate)
        {
            running.Add(task);
        }

        _ = task.ContinueWith(
            done =>
            {
                lock (gate)
                {
                    running.Remove(done);
                    taken--;
                }

                changes.Publish(ChangeTopics.Steps); // A slot is free, which is news to whoever waits for one.
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    private Task[] Snapshot()
    {
        lock (gate)
        {
            return [.. running];
        }
    }

    private void Keep()
    {
        lock (gate)
        {
            if (keeping is null && !stop.IsCancellationRequested)
            {
                keeping = Task.Run(KeepAlwaysAsync, CancellationToken.None);
            }
        }
    }

    private async Task ClaimAlwaysAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            var mark = changes.Mark(ChangeTopics.Steps);
            try
            {
                if (!await ClaimOnceAsync(stop.Token).ConfigureAwait(false))
                {
                    await changes.WaitAsync(ChangeTopics.Steps, mark, stop.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Stopping.
            }
            catch (Exception e)
            {
                Log.RoundFailed(logger, e);
                await changes.WaitAsync(ChangeTopics.Steps, changes.Mark(ChangeTopics.Steps), CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Renews and sweeps on the work clock, apart from the claims, so that a busy worker keeps what it has.</summary>
    private async Task KeepAlwaysAsync()
    {
        using var timer = new PeriodicTimer(options.Value.Poll, clocks.Work);
        var renewed = clocks.Work.GetTimestamp();
        var stopped = false;
        var isFirst = true;
        do
        {
            try
            {
                var since = clocks.Work.GetElapsedTime(renewed);
                if (since >= options.Value.Renew || isFirst)
                {
                    await RenewAsync(CancellationToken.None).ConfigureAwait(false);
                    renewed = clocks.Work.GetTimestamp();
                }

                await SweepAsync(CancellationToken.None).ConfigureAwait(false);
                isFirst = false;
            }
            catch (Exception e)
            {
                Log.RoundFailed(logger, e);
                LoseAllAfter(clocks.Work.GetElapsedTime(renewed));
            }

            try
            {
                await timer.WaitForNextTickAsync(stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                stopped = true;
            }
        } while (!stopped);
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        await journal.SeenAsync(leases.Owner, catalog.Specs, cancellationToken).ConfigureAwait(false);
        StepExecution[] held = [.. runner.Held.Values];
        if (held.Length > 0)
        {
            var lost = await journal.RenewAsync(held, options.Value.Lease, cancellationToken).ConfigureAwait(false);
            lost.ForEach(e => e.Stop(leaseLost: true));
        }
    }

    /// <summary>A worker that could not renew for a whole lease must take it that others have its steps.</summary>
    private void LoseAllAfter(TimeSpan time)
    {
        if (time >= options.Value.Lease)
        {
            foreach (var execution in runner.Held.Values)
            {
                execution.Stop(leaseLost: true);
            }
        }
    }
}
