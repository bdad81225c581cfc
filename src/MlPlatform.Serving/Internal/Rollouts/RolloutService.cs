using Microsoft.Extensions.Logging;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>What users call, and what judges: reads, decides by <see cref="RolloutSteps"/>, and moves by <see cref="RolloutMover"/>.</summary>
/// <remarks>Replicas may judge at the same time: the first to commit moves the rollout, the other finds it moved.</remarks>
internal sealed class RolloutService(
    RolloutStore store,
    RolloutMover mover,
    RolloutJudge judge,
    ProcessCounts counts,
    AliasReader aliases,
    IModelSource source,
    IArtifactStore artifacts,
    ModelServer server,
    Clocks clocks,
    ILogger<RolloutService> logger
) : IRollouts
{
    private static readonly TimeSpan ShadowPatience = TimeSpan.FromSeconds(5);

    public async Task<Rollout> StartAsync(
        string model,
        int candidate,
        RolloutOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        options ??= new();
        options.Check();
        mover.EnsureCanPromote();
        await EnsureExistsAsync(ModelReference.ByVersion(model, candidate), cancellationToken).ConfigureAwait(false);
        var (baseline, tag) = await aliases.ReadAsync(model, options.Alias, cancellationToken).ConfigureAwait(false);
        if (baseline == candidate)
        {
            throw new RolloutConflictException(
                model,
                null,
                $"'{model}@{options.Alias}' points at version {candidate} already; there is nothing to roll out."
            );
        }

        var now = StoredTime.FromMicros(clocks.Platform.NowMicros());
        var rollout = new Rollout
        {
            Id = RolloutId.New(clocks.Platform),
            Candidate = new(model, candidate),
            Baseline = baseline,
            AliasTag = tag,
            Options = options,
            State = RolloutState.Pending,
            StartedAt = now,
            StepAt = now,
            Reason = "Started.",
            ETag = new(1),
        };
        await mover.InsertAsync(rollout, cancellationToken).ConfigureAwait(false);
        return await StepAsync(rollout, cancellationToken).ConfigureAwait(false) ?? rollout;
    }

    public Task<Rollout?> GetAsync(RolloutId id, CancellationToken cancellationToken = default) => store.GetAsync(id, cancellationToken);

    public Task<Rollout?> GetCurrentAsync(string model, CancellationToken cancellationToken = default) =>
        store.FindOpenAsync(model, cancellationToken);

    public Task<IReadOnlyList<Rollout>> ListAsync(string model, CancellationToken cancellationToken = default) =>
        store.ListAsync(model, cancellationToken);

    public async Task<GateResult?> GetEvidenceAsync(RolloutId id, CancellationToken cancellationToken = default)
    {
        if (await store.GetAsync(id, cancellationToken).ConfigureAwait(false) is not { } rollout)
        {
            return null;
        }

        if (rollout is { IsOpen: true, State: not RolloutState.Pending })
        {
            await counts.WriteNewAsync(rollout.Id, cancellationToken).ConfigureAwait(false);
            return await judge.CountAsync(rollout, cancellationToken).ConfigureAwait(false);
        }

        return rollout.Evidence is { } digest
            ? GateResult.FromBytes(await artifacts.ReadBytesAsync(digest, cancellationToken: cancellationToken).ConfigureAwait(false))
            : null;
    }

    public Task<Rollout> PromoteAsync(RolloutId id, string reason, CancellationToken cancellationToken = default) =>
        EndAsync(id, RolloutState.Promoted, reason, cancellationToken);

    public Task<Rollout> RollBackAsync(RolloutId id, string reason, CancellationToken cancellationToken = default) =>
        EndAsync(id, RolloutState.RolledBack, reason, cancellationToken);

    public async Task<int> AdvanceAsync(CancellationToken cancellationToken = default)
    {
        var moved = 0;
        var errors = new List<Exception>();
        foreach (var rollout in await store.ListOpenAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                moved += await StepAsync(rollout, cancellationToken).ConfigureAwait(false) is null ? 0 : 1;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Log.RolloutHeld(logger, rollout.Id, e);
                errors.Add(e);
            }
        }

        return errors.Count == 0
            ? moved
            : throw new AggregateException("Some rollouts could not be judged; they stay where they are.", errors);
    }

    private async Task EnsureExistsAsync(ModelReference candidate, CancellationToken cancellationToken)
    {
        try
        {
            await source.OpenAsync(candidate, cancellationToken).ConfigureAwait(false);
        }
        catch (ArtifactNotFoundException e) // It does, but not in the store of this process, which could neither try nor serve it.
        {
            throw new ModelUnavailableException(candidate.ToString(), e);
        }
    }

    private async Task<Rollout?> StepAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        Rollout? moved = null;
        try
        {
            var (_, tag) = await aliases.ReadAsync(rollout.Candidate.Name, rollout.Options.Alias, cancellationToken).ConfigureAwait(false);
            moved =
                tag != rollout.AliasTag ? await mover.SupersedeAsync(rollout, cancellationToken).ConfigureAwait(false)
                : rollout.State == RolloutState.Pending ? await BeginAsync(rollout, cancellationToken).ConfigureAwait(false)
                : await JudgeAsync(rollout, cancellationToken).ConfigureAwait(false);
        }
        catch (ConcurrencyConflictException e) when (e.Store == RolloutStore.Name)
        {
            // Another process was first.
        }

        await FollowAsync(rollout.Candidate.Name, cancellationToken).ConfigureAwait(false);
        return moved;
    }

    private async Task<Rollout> BeginAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        try
        {
            await ProbeAsync(rollout, cancellationToken).ConfigureAwait(false);
        }
        catch (MlPlatformException e) when (e is not DatabaseBusyException) // What may pass is tried again.
        {
            var failed = (RolloutState.RolledBack, rollout.Step, $"The candidate could not be loaded: {e.Message}");
            return await mover.MoveAsync(rollout, failed, null, cancellationToken).ConfigureAwait(false);
        }

        return await mover.MoveAsync(rollout, RolloutSteps.First(rollout), null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Loads the candidate, also where nobody has asked for the model yet. What needs something of the application only those can load who use it.</summary>
    private async Task ProbeAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        if (server.Find(rollout.Candidate.Name) is null)
        {
            var reference = ModelReference.ByVersion(rollout.Candidate.Name, rollout.Candidate.Version);
            var opened = await source.OpenAsync(reference, cancellationToken).ConfigureAwait(false);
            if (opened.Package.Manifest.Runtime.Kind is not (ModelRuntime.Onnx or ModelRuntime.MlNet))
            {
                return;
            }
        }

        var host = server.Acquire(rollout.Candidate.Name);
        try
        {
            await host.ProbeAsync(rollout.Candidate, rollout.Options.Alias, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            server.Release(host);
        }
    }

    private async Task<Rollout?> JudgeAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        if (server.Find(rollout.Candidate.Name) is { } host)
        {
            await DrainShadowAsync(host).ConfigureAwait(false);
        }

        await counts.WriteNewAsync(rollout.Id, cancellationToken).ConfigureAwait(false);
        var verdict = await judge.JudgeAsync(rollout, cancellationToken).ConfigureAwait(false);
        return RolloutSteps.Next(rollout, verdict, clocks.Platform.GetUtcNow()) is { } next
            ? await mover.MoveAsync(rollout, next, verdict, cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <summary>What was copied before is counted, as far as the candidate keeps up: a slow one must not hold up its own judgement.</summary>
    private async Task DrainShadowAsync(ModelHost host)
    {
        try
        {
            await Task.WhenAll(host.Predictors.Select(p => p.DrainShadowAsync()))
                .WaitAsync(ShadowPatience, clocks.Work)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Judge what there is.
        }
    }

    private async Task<Rollout> EndAsync(RolloutId id, RolloutState state, string reason, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        while (true)
        {
            var rollout =
                await store.GetAsync(id, cancellationToken).ConfigureAwait(false)
                ?? throw new AssetNotFoundException(new(AssetKind.Rollout, id.ToString()));
            if (!rollout.IsOpen)
            {
                throw new RolloutConflictException(
                    rollout.Candidate.Name,
                    id,
                    $"Rollout {id} has ended already: {rollout.State}. {rollout.Reason}"
                );
            }

            try
            {
                var ended = await mover
                    .MoveAsync(rollout, (state, rollout.Step, reason), null, cancellationToken, AliasMoveKind.Human)
                    .ConfigureAwait(false);
                await FollowAsync(rollout.Candidate.Name, cancellationToken).ConfigureAwait(false);
                return ended;
            }
            catch (ConcurrencyConflictException e) when (e.Store == RolloutStore.Name)
            {
                // It moved meanwhile; what the caller wants holds for its new state too.
            }
        }
    }

    /// <summary>This process answers by the new state when the call returns; the others follow within a second.</summary>
    private async Task FollowAsync(string model, CancellationToken cancellationToken)
    {
        try
        {
            await (server.Find(model)?.RefreshAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (ModelUnavailableException)
        {
            // Reported by the host, which tries again; the rollout has moved all the same.
        }
    }
}
