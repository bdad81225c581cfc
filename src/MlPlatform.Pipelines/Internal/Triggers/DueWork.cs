using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MlPlatform.Pipelines.Internal;

/// <summary>Looks at what platform time and the event log have made due: waits, expired approvals, triggers.</summary>
internal sealed class DueWork(
    PipelineJournal journal,
    TriggerEvaluator triggers,
    PipelineCatalog catalog,
    IEventLog events,
    IChangeFeed changes,
    Clocks clocks,
    IOptions<MlPlatformOptions> platform,
    ILogger<DueWork> logger
) : IPlatformService, IRecurringWork, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource stop = new();
    private Task loop = Task.CompletedTask;
    private bool disposed;

    public string Name => "pipelines.due";

    public RecurringSchedule Schedule { get; } = RecurringSchedule.Every(TimeSpan.FromMinutes(1));

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A replay that runs recurring work itself must also be the only one that looks at what is due.
        if (platform.Value.RunRecurringWork && catalog.Specs.Count > 0)
        {
            loop = Task.Run(RunAlwaysAsync, CancellationToken.None);
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
    }

    public Task RunAsync(DateTimeOffset due, CancellationToken cancellationToken) => RunDueAsync(cancellationToken);

    /// <summary>Wakes and fires what is due now.</summary>
    /// <returns>How many steps woke and triggers decided.</returns>
    public async Task<int> RunDueAsync(CancellationToken cancellationToken)
    {
        var moved = 0;
        var now = clocks.Platform.NowMicros();
        foreach (var step in await journal.FindWaitingAsync(cancellationToken).ConfigureAwait(false))
        {
            if (
                (step.WakeAt <= now || await HasEventAsync(step, cancellationToken).ConfigureAwait(false))
                && await journal.WakeAsync(step, cancellationToken).ConfigureAwait(false)
            )
            {
                moved++;
            }
        }

        return moved + await triggers.EvaluateAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true; // The container holds it once for each of its services.
            stop.Cancel(); // A container may be disposed without being stopped.
            stop.Dispose();
        }
    }

    private async Task<bool> HasEventAsync(WaitingStep step, CancellationToken cancellationToken)
    {
        if (step.Types is null)
        {
            return false;
        }

        var query = new EventQuery
        {
            After = EventPosition.Parse(step.Position!),
            Types = step.Types.Split(' '),
            Subject = step.Subject is null ? null : AssetRef.Parse(step.Subject),
            Limit = 1,
        };
        return (await events.ReadAsync(query, cancellationToken).ConfigureAwait(false)).Count > 0;
    }

    private async Task RunAlwaysAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var mark = changes.Mark(ChangeTopics.Events);
                await RunDueAsync(stop.Token).ConfigureAwait(false);
                await changes.WaitAsync(ChangeTopics.Events, mark, stop.Token).ConfigureAwait(false);
                await Task.Delay(Pause, clocks.Work, stop.Token).ConfigureAwait(false); // Steps make events too: look at many at once.
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Stopping.
            }
            catch (Exception e)
            {
                Log.RoundFailed(logger, e);
                await changes
                    .WaitAsync(ChangeTopics.Events, changes.Mark(ChangeTopics.Events), CancellationToken.None)
                    .ConfigureAwait(false);
            }
        }
    }
}
