using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>The rules by which a rollout moves. Pure: what is, what was found, what comes next.</summary>
internal static class RolloutSteps
{
    /// <summary>What follows on a verdict; null when the rollout stays where it is.</summary>
    public static (RolloutState State, int Step, string Reason)? Next(Rollout rollout, GateResult verdict, DateTimeOffset now)
    {
        var lasted = now - rollout.StepAt;
        return verdict.Verdict switch
        {
            GateVerdict.Fail => (RolloutState.RolledBack, rollout.Step, verdict.Reason),
            _ when rollout.Options.PromoteByHand && IsLast(rollout) => null,
            GateVerdict.Pass when lasted >= rollout.Options.Hold => After(rollout, verdict.Reason),
            GateVerdict.Inconclusive when lasted >= rollout.Options.MaximumStepTime => (
                RolloutState.RolledBack,
                rollout.Step,
                $"Still inconclusive after {rollout.Options.MaximumStepTime}: {verdict.Reason}"
            ),
            _ => null,
        };
    }

    /// <summary>The first phase of a candidate that could be loaded.</summary>
    public static (RolloutState State, int Step, string Reason) First(Rollout rollout) =>
        rollout.Baseline is null ? (RolloutState.Promoted, -1, "The first deployment: there is nothing to compare with.")
        : rollout.Options.Shadow ? (RolloutState.Shadow, -1, "The candidate is loaded.")
        : (RolloutState.Canary, 0, "The candidate is loaded.");

    private static (RolloutState State, int Step, string Reason) After(Rollout rollout, string reason) =>
        IsLast(rollout) ? (RolloutState.Promoted, rollout.Step, reason) : (RolloutState.Canary, rollout.Step + 1, reason);

    private static bool IsLast(Rollout rollout) => rollout.Step + 1 == rollout.Options.Steps.Count;
}
