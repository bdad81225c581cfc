using MlPlatform.Core;
using MlPlatform.Pipelines;
using MlPlatform.Registry;
using MlPlatform.Serving;

namespace MlPlatform.Sdk.Internal;

/// <summary>One look of a waiting deploy step. Whatever happened before a restart is found again in the rollouts' own rows.</summary>
internal sealed class Deployer(IRollouts rollouts, IModelRegistry registry)
{
    private static readonly string[] Ends = [EventTypes.RolloutEnded];

    public async Task<WaitResult<RolloutOutcome>> CheckAsync(
        ModelVersionId version,
        GateResult gate,
        RolloutOptions options,
        CancellationToken cancellationToken
    )
    {
        var all = await rollouts.ListAsync(version.Name, cancellationToken).ConfigureAwait(false);
        if (all.FirstOrDefault(r => r.Candidate == version && IsOwn(r, gate, options)) is { } own)
        {
            return Answer(own);
        }

        if (all.Any(r => r.IsOpen))
        {
            return WaitResult.OnEvent<RolloutOutcome>(Ends);
        }

        await EnsureUnchangedAsync(version, gate, options.Alias, cancellationToken).ConfigureAwait(false);
        try
        {
            return Answer(await rollouts.StartAsync(version.Name, version.Version, options, cancellationToken).ConfigureAwait(false));
        }
        catch (RolloutConflictException e) when (e.Rollout is not null)
        {
            return WaitResult.OnEvent<RolloutOutcome>(Ends); // Another process started one since the look.
        }
    }

    /// <summary>A rollout to the same alias that goes on, or that ended after the gate: an earlier one was another deployment's.</summary>
    private static bool IsOwn(Rollout rollout, GateResult gate, RolloutOptions options) =>
        string.Equals(rollout.Options.Alias, options.Alias, StringComparison.Ordinal)
        && (rollout.EndedAt is not { } ended || StoredTime.ToMicros(ended) >= StoredTime.ToMicros(gate.At));

    private async Task EnsureUnchangedAsync(ModelVersionId version, GateResult gate, string alias, CancellationToken cancellationToken)
    {
        var now = (await registry.GetAliasAsync(version.Name, alias, cancellationToken).ConfigureAwait(false))?.VersionId.ToAsset();
        if (now != gate.Baseline)
        {
            throw new ChampionChangedException(version, gate.Baseline, now);
        }
    }

    private static WaitResult<RolloutOutcome> Answer(Rollout rollout) =>
        rollout.IsOpen
            ? WaitResult.OnEvent<RolloutOutcome>(Ends)
            : WaitResult.Done<RolloutOutcome>(new(rollout.Id, rollout.State, rollout.Reason));
}
