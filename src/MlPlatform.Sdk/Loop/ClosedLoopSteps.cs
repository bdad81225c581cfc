using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Pipelines;
using MlPlatform.Sdk.Internal;
using MlPlatform.Serving;

namespace MlPlatform.Sdk;

/// <summary>The steps that close the loop: judge a candidate against the champion, then bring it out step by step.</summary>
public static class ClosedLoopSteps
{
    /// <summary>Judges a registered version against the version that an alias points at, on the same held-out rows.</summary>
    /// <remarks>
    /// Both are scored as they would serve, from their verified packages. Without a champion the comparison's absolute minimum decides. Anything but
    /// Pass ends the run as gate failed; the evidence is kept either way.
    /// </remarks>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="name">The step's name.</param>
    /// <param name="candidate">The version.</param>
    /// <param name="heldOut">Rows that neither version was trained on or chosen by.</param>
    /// <param name="label">The column of the truth.</param>
    /// <param name="comparison">How it is judged; its seed is the step's. Null: not worse by more than .002 at 95 %, and .5 at least without a champion.</param>
    /// <param name="alias">The champion's alias.</param>
    public static StepRef<GateResult> ChampionGate<TParams>(
        this PipelineBuilder<TParams> pipeline,
        string name,
        StepRef<ModelVersionId> candidate,
        StepRef<StoredTrainingSet> heldOut,
        string label,
        ChampionComparison? comparison = null,
        string alias = "champion"
    )
        where TParams : notnull
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return pipeline
            .Gate(
                name,
                candidate,
                async (c, version, cancellationToken) =>
                {
                    var rows = await c.LoadAsync(c.Get(heldOut), cancellationToken).ConfigureAwait(false);
                    var judge = c.Services.GetRequiredService<ChampionJudge>();
                    var rule = (comparison ?? ChampionComparison.NotWorse(0.002) with { AbsoluteMinimum = 0.5 }) with { Seed = c.Seed };
                    return await judge.JudgeAsync(version, alias, rows, label, rule, cancellationToken).ConfigureAwait(false);
                }
            )
            .After(heldOut);
    }

    /// <summary>Brings a version to an alias by a rollout, and waits until that has ended.</summary>
    /// <remarks>
    /// Waiting holds no thread and survives a restart. A rollout of another version ends first; one of this version to the same alias that is open
    /// already is taken for its own. When the alias has moved since the gate compared with it, the step fails: the verdict would no longer mean
    /// anything.
    /// </remarks>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="name">The step's name.</param>
    /// <param name="version">The version.</param>
    /// <param name="gate">The gate that let it through.</param>
    /// <param name="options">How the rollout goes; null for the defaults. Kind and cause are set by the run.</param>
    /// <returns>How it ended.</returns>
    public static StepRef<RolloutOutcome> Deploy<TParams>(
        this PipelineBuilder<TParams> pipeline,
        string name,
        StepRef<ModelVersionId> version,
        StepRef<GateResult> gate,
        RolloutOptions? options = null
    )
        where TParams : notnull
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return pipeline
            .Wait(
                name,
                version,
                (c, id, cancellationToken) =>
                    c
                        .Services.GetRequiredService<Deployer>()
                        .CheckAsync(
                            id,
                            c.Get(gate),
                            (options ?? new RolloutOptions()) with
                            {
                                Kind = AliasMoveKind.Retrain,
                                CauseId = c.CauseId,
                            },
                            cancellationToken
                        )
            )
            .After(gate);
    }
}
