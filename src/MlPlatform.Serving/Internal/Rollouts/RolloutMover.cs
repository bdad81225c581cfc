using Microsoft.Extensions.Logging;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Moves a rollout by compare-and-set: row, event, evidence and, at the end, the alias in one transaction.</summary>
internal sealed class RolloutMover(
    IMetadataDatabase database,
    IArtifactStore artifacts,
    Clocks clocks,
    IFaultPoints faults,
    ILogger<RolloutMover> logger,
    IModelPromotion? promotion = null
)
{
    /// <exception cref="InvalidOperationException">A rollout could not end in a promotion here.</exception>
    public void EnsureCanPromote()
    {
        if (promotion is null)
        {
            throw new InvalidOperationException("A rollout ends by moving an alias, but nothing here can: add the registry.");
        }
    }

    public async Task<Rollout> InsertAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        await database
            .WriteAsync(
                Durability.Power,
                async work =>
                {
                    await RolloutStore.InsertAsync(work, rollout).ConfigureAwait(false);
                    work.Append(RolloutEvents.Started(rollout));
                    work.Notify(ChangeTopics.Rollouts);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        faults.Hit("rollout.started");
        return rollout;
    }

    /// <exception cref="ConcurrencyConflictException">Somebody else has moved it since it was read.</exception>
    public async Task<Rollout> MoveAsync(
        Rollout before,
        (RolloutState State, int Step, string Reason) to,
        GateResult? verdict,
        CancellationToken cancellationToken,
        AliasMoveKind? kind = null
    )
    {
        if (to.State == RolloutState.Promoted)
        {
            EnsureCanPromote();
        }

        ArtifactDigest? evidence = verdict is null
            ? before.Evidence
            : (await artifacts.PutBytesAsync(verdict.ToBytes(), cancellationToken).ConfigureAwait(false)).Digest;
        var after = After(before, to, evidence);
        try
        {
            await database
                .WriteAsync(Durability.Power, work => WriteAsync(work, after, verdict, kind), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ConcurrencyConflictException e) when (after.State == RolloutState.Promoted && e.Store != RolloutStore.Name)
        {
            return await SupersedeAsync(before, cancellationToken).ConfigureAwait(false);
        }
        catch (PromotionRefusedException e) when (kind is null) // It ran its course by itself: nobody waits for the answer, and asking again would not help.
        {
            return await MoveAsync(before, (RolloutState.RolledBack, before.Step, e.Message), null, cancellationToken)
                .ConfigureAwait(false);
        }

        faults.Hit("rollout.moved");
        Log.RolloutMoved(logger, after.Id, after.Candidate, after.State, after.Reason);
        if (!after.IsOpen)
        {
            ServingDiagnostics.RolloutsEnded.Add(
                1,
                new KeyValuePair<string, object?>("mlplatform.model.name", after.Candidate.Name),
                new KeyValuePair<string, object?>("state", after.State.ToString())
            );
        }

        return after;
    }

    public Task<Rollout> SupersedeAsync(Rollout before, CancellationToken cancellationToken) =>
        MoveAsync(
            before,
            (RolloutState.Superseded, before.Step, $"Alias '{before.Options.Alias}' was moved by somebody else."),
            null,
            cancellationToken
        );

    private async Task WriteAsync(IUnitOfWork work, Rollout after, GateResult? verdict, AliasMoveKind? kind)
    {
        faults.Hit("rollout.moving");
        await RolloutStore.UpdateAsync(work, after).ConfigureAwait(false);
        if (after.State == RolloutState.Promoted)
        {
            var reason = new AliasMoveReason(kind ?? after.Options.Kind, after.Reason, after.Evidence) { CauseId = after.Options.CauseId };
            await promotion!.PromoteAsync(work, new(after.Candidate, after.Options.Alias, after.AliasTag, reason)).ConfigureAwait(false);
        }

        if (verdict is not null)
        {
            work.Reference(after.Evidence!.Value, new("rollout", after.Id.ToString()));
            work.Append(verdict.ToEvent(after.Evidence.Value) with { CauseId = after.Options.CauseId });
        }

        work.Append(RolloutEvents.Moved(after));
        work.Notify(ChangeTopics.Rollouts);
        faults.Hit("rollout.written");
    }

    private Rollout After(Rollout before, (RolloutState State, int Step, string Reason) to, ArtifactDigest? evidence)
    {
        var now = StoredTime.FromMicros(clocks.Platform.NowMicros());
        var hasTraffic = to.State is RolloutState.Shadow or RolloutState.Canary;
        return before with
        {
            State = to.State,
            Step = to.Step,
            Reason = to.Reason,
            StepAt = now,
            TrafficAt = before.TrafficAt ?? (hasTraffic ? now : null),
            EndedAt = hasTraffic ? null : now,
            Evidence = evidence,
            ETag = new(before.ETag.RowVersion + 1),
        };
    }
}
