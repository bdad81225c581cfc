using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

/// <summary>What rollouts should do, without a database, processes or races.</summary>
internal sealed class RolloutModel
{
    private static readonly RolloutOptions Options = RolloutMachineTests.Options;

    public int Alias { get; private set; } = 1;

    public RolloutState? State { get; private set; }

    public int Step { get; private set; } = -1;

    /// <summary>Rollouts started, and moves made.</summary>
    public int Events { get; private set; }

    public int Candidate { get; private set; }

    private bool AliasMoved { get; set; }

    private DateTimeOffset StepAt { get; set; }

    public bool IsOpen => State is RolloutState.Pending or RolloutState.Shadow or RolloutState.Canary;

    public void Start(DateTimeOffset now)
    {
        (Candidate, AliasMoved) = (3 - Alias, false);
        Move(RolloutState.Pending, -1, now);
    }

    public void MoveAlias() => AliasMoved = true;

    public void End(RolloutState state, DateTimeOffset now) =>
        Move(state == RolloutState.Promoted && AliasMoved ? RolloutState.Superseded : state, Step, now);

    public void Advance(GateVerdict verdict, DateTimeOffset now)
    {
        if (!IsOpen)
        {
            return;
        }

        if (AliasMoved)
        {
            Move(RolloutState.Superseded, Step, now);
        }
        else if (State == RolloutState.Pending)
        {
            Move(RolloutState.Shadow, -1, now);
        }
        else if (verdict == GateVerdict.Fail || (verdict == GateVerdict.Inconclusive && now - StepAt >= Options.MaximumStepTime))
        {
            Move(RolloutState.RolledBack, Step, now);
        }
        else if (verdict == GateVerdict.Pass && now - StepAt >= Options.Hold)
        {
            var last = Step + 1 == Options.Steps.Count;
            Move(last ? RolloutState.Promoted : RolloutState.Canary, last ? Step : Step + 1, now);
        }
    }

    private void Move(RolloutState state, int step, DateTimeOffset now)
    {
        (State, Step, StepAt) = (state, step, now);
        Events++;
        Alias = state == RolloutState.Promoted ? Candidate : Alias;
    }
}
