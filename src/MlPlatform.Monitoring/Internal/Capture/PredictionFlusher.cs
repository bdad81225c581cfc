using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MlPlatform.Monitoring.Internal;

/// <summary>The one reader of a process: takes captured blocks and stores them, in the background and at barriers.</summary>
internal sealed class PredictionFlusher(
    PredictionCapture capture,
    PredictionStore store,
    Clocks clocks,
    IOptions<MonitoringOptions> options,
    ILogger<PredictionFlusher> logger
) : IPredictionObserver, IDisposable
{
    private const int RowsPerCommit = 32_768; // In the background only: a barrier is one commit, however large.

    private const int IdleRounds = 600; // Ten minutes by default: long beside the pauses of a model in use, short beside the time between versions.
    private readonly SemaphoreSlim gate = new(1);
    private readonly CancellationTokenSource stop = new();

    // Taken from the queue, not yet committed; touched under the gate only.
    private readonly List<CaptureBlock> pending = [];
    private Task loop = Task.CompletedTask;

    public void Observe(in PredictionRecord record) => capture.Observe(record);

    public async Task FlushAsync(PredictionCheckpoint? checkpoint = null, CancellationToken cancellationToken = default)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            capture.Drain(pending, all: true);
            if (pending.Count > 0 || checkpoint is not null)
            {
                await CommitAsync(pending.Count, checkpoint, cancellationToken).ConfigureAwait(false);
            }

            ReportDropped();
        }
        finally
        {
            gate.Release();
        }
    }

    public Task<PredictionCheckpoint?> ReadCheckpointAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return store.ReadCheckpointAsync(name, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        loop = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
        await FlushAsync(null, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        stop.Dispose();
        gate.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(options.Value.FlushInterval, clocks.Work);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token).ConfigureAwait(false))
            {
                try
                {
                    await StoreCapturedAsync(stop.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (!stop.IsCancellationRequested)
                {
                    Log.FlushFailed(logger, e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task StoreCapturedAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            capture.Drain(pending, all: true);
            while (pending.Count > 0)
            {
                var blocks = Math.Min(pending.Count, Math.Max(1, RowsPerCommit / options.Value.BlockRows));
                await CommitAsync(blocks, null, cancellationToken).ConfigureAwait(false);
            }

            ReportDropped();
            capture.RetireIdle(IdleRounds);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task CommitAsync(int count, PredictionCheckpoint? checkpoint, CancellationToken cancellationToken)
    {
        var blocks = pending.GetRange(0, count);

        // Not cancelled half-way: a commit that may have happened must be known to have happened before its blocks are used again.
        cancellationToken.ThrowIfCancellationRequested();
        await store.CommitAsync(blocks, checkpoint, CancellationToken.None).ConfigureAwait(false);
        pending.RemoveRange(0, count);
        foreach (var block in blocks)
        {
            block.Owner.Return(block);
        }
    }

    private void ReportDropped()
    {
        foreach (var layout in capture.Layouts)
        {
            var dropped = layout.TakeUnreported();
            if (dropped > 0)
            {
                var version = layout.Layout.Version;
                MonitoringDiagnostics.RowsDropped.Add(
                    dropped,
                    new("mlplatform.model.name", version.Name),
                    new KeyValuePair<string, object?>("mlplatform.model.version", version.Version)
                );
                Log.RowsDropped(logger, version, dropped);
            }
        }
    }
}
