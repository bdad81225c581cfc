using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Loads at start what predictors need, then, in the background, models of the folder; follows aliases and rollouts.</summary>
internal sealed class ModelServerService(
    ModelServer server,
    IInferenceServer inference,
    IEnumerable<PredictorRegistration> predictors,
    IConsumers consumers,
    ServedSource source,
    RolloutStore rollouts,
    RolloutMover mover,
    AliasReader aliases,
    ProcessCounts counts,
    ILeases leases,
    IChangeFeed changes,
    Clocks clocks,
    IOptions<ServingOptions> options,
    ILogger<ModelServerService> logger
) : IPlatformService, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> loops = [];
    private readonly RepeatedFailures failures = new(clocks.Work);
    private readonly Lock loopsGate = new();

    /// <summary>Completes when the models of the folder are loaded, as far as they can be.</summary>
    public Task Opened { get; private set; } = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var used in predictors.SelectMany(p => p.Uses).Distinct())
        {
            await consumers.DeclareAsync(used, "predict", cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        foreach (var host in server.Hosts)
        {
            await TryRefreshAsync(host, cancellationToken).ConfigureAwait(false); // A model that does not exist yet must not stop the application.
        }

        server.Follow = Follow;
        foreach (var host in server.Hosts)
        {
            Follow(host);
        }

        if (source.Folder is { } folder)
        {
            server.IsLoading = true;
            Opened = Task.Run(() => OpenAsync(folder), CancellationToken.None); // There may be many: a host that does not listen meanwhile looks dead.
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task all;
        lock (loopsGate)
        {
            stop.Cancel();
            all = Task.WhenAll([.. loops, Opened]);
        }

        await all.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // No longer than the host waits.
        await counts.WriteNewAsync(null, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        stop.Cancel(); // A container may be disposed without being stopped.
        stop.Dispose();
    }

    private async Task OpenAsync(ModelFolder folder)
    {
        try
        {
            foreach (var name in folder.ListFirst(options.Value.MaxOpenModels, options.Value.RoomOfOpenModels))
            {
                await TryOpenAsync(ModelReference.ByAlias(name, options.Value.DefaultAlias), stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            if (!stop.IsCancellationRequested)
            {
                Log.WatchFailed(logger, "*", e); // Models are opened when they are asked for.
            }
        }
        finally
        {
            server.IsLoading = false;
        }
    }

    private void Follow(ModelHost host)
    {
        lock (loopsGate)
        {
            if (stop.IsCancellationRequested || !host.BeginFollow())
            {
                return;
            }

            if (loops.Count == 0)
            {
                loops.Add(Task.Run(FollowRolloutsAsync, CancellationToken.None));
            }

            loops.RemoveAll(l => l.IsCompletedSuccessfully);
            loops.Add(Task.Run(() => FollowUntilClosedAsync(host), CancellationToken.None));
        }
    }

    private async Task FollowUntilClosedAsync(ModelHost host)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        var follow = FollowAliasesAsync(host, ends.Token);
        await Task.WhenAny(follow, host.Closed).ConfigureAwait(false);
        await ends.CancelAsync().ConfigureAwait(false);
        await follow.ConfigureAwait(false);
    }

    private async Task FollowAliasesAsync(ModelHost host, CancellationToken ends)
    {
        while (!ends.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in source.WatchAsync(host.Name, ends).ConfigureAwait(false))
                {
                    await TryRefreshAsync(host, ends).ConfigureAwait(false);
                    await SupersedeAsync(change, ends).ConfigureAwait(false);
                }
            }
            catch (Exception e)
            {
                await PauseAsync(host.Name, e, ends).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whoever moves an alias by hand takes it out of the hands of an open rollout, at once.</summary>
    private async Task SupersedeAsync(ModelChange change, CancellationToken cancellationToken)
    {
        if (
            await rollouts.FindOpenAsync(change.Name, cancellationToken).ConfigureAwait(false) is not { } open
            || !string.Equals(open.Options.Alias, change.Alias, StringComparison.Ordinal)
        )
        {
            return;
        }

        var (_, tag) = await aliases.ReadAsync(change.Name, change.Alias, cancellationToken).ConfigureAwait(false); // Later than the change, perhaps.
        if (tag == open.AliasTag)
        {
            return;
        }

        try
        {
            await mover.SupersedeAsync(open, cancellationToken).ConfigureAwait(false);
        }
        catch (ConcurrencyConflictException e) when (e.Store == RolloutStore.Name)
        {
            // Another process was first.
        }
    }

    private async Task FollowRolloutsAsync()
    {
        var retried = clocks.Work.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var mark = changes.Mark(ChangeTopics.Rollouts); // Before the read: a move in between ends the wait at once.
                var known = counts.List();
                var open = (await rollouts.ListOpenAsync(stop.Token).ConfigureAwait(false)).ToDictionary(
                    r => r.Candidate.Name,
                    StringComparer.Ordinal
                );
                var retry = clocks.Work.GetElapsedTime(retried) >= options.Value.RetryInterval;
                retried = retry ? clocks.Work.GetTimestamp() : retried;
                foreach (var host in server.Hosts)
                {
                    (RolloutId, ETag)? state = open.TryGetValue(host.Name, out var rollout) ? (rollout.Id, rollout.ETag) : null;
                    if (state != host.Applied || host.IsStale || (retry && host.HasFailure))
                    {
                        await TryRefreshAsync(host, stop.Token).ConfigureAwait(false);
                    }

                    await WithdrawAsync(host, stop.Token).ConfigureAwait(false);
                }

                await counts.WriteNewAsync(null, stop.Token).ConfigureAwait(false);
                counts.Forget(known, open.Values);
                await changes.WaitAsync(ChangeTopics.Rollouts, mark, stop.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                await PauseAsync("*", e, stop.Token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>A candidate that one of several processes cannot load is rolled back for all: its part of the traffic would never meet it.</summary>
    private async Task WithdrawAsync(ModelHost host, CancellationToken cancellationToken)
    {
        if (
            host.CandidateFailure is not ({ } rollout, MlPlatformException exception)
            || exception is DatabaseBusyException or StorageUnavailableException
        )
        {
            return; // What may pass is tried again.
        }

        try
        {
            var reason = $"The candidate could not be loaded by {leases.Owner}: {exception.Message}";
            await mover.MoveAsync(rollout, (RolloutState.RolledBack, rollout.Step, reason), null, cancellationToken).ConfigureAwait(false);
        }
        catch (ConcurrencyConflictException e) when (e.Store == RolloutStore.Name)
        {
            // It has moved meanwhile; the change is seen at the next look.
        }
    }

    /// <summary>A broken model must not stop the others; whoever asks for it is told.</summary>
    private async Task TryOpenAsync(ModelReference model, CancellationToken cancellationToken)
    {
        try
        {
            await inference.DescribeAsync(model, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.WatchFailed(logger, model.Name, e);
        }
    }

    private async Task TryRefreshAsync(ModelHost host, CancellationToken cancellationToken)
    {
        try
        {
            await host.RefreshAsync(cancellationToken).ConfigureAwait(false);
            host.IsStale = false;
        }
        catch (ModelUnavailableException)
        {
            // Reported by the host, and tried again.
        }
        catch (ObjectDisposedException)
        {
            // Let go of meanwhile.
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            host.IsStale = true; // Nobody tells of the same change again.
            if (failures.IsNew(e))
            {
                Log.WatchFailed(logger, host.Name, e);
            }
        }
    }

    private async Task PauseAsync(string model, Exception exception, CancellationToken ends)
    {
        if (ends.IsCancellationRequested)
        {
            return;
        }

        if (failures.IsNew(exception))
        {
            Log.WatchFailed(logger, model, exception);
        }

        try
        {
            await Task.Delay(Pause, clocks.Work, ends).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}
