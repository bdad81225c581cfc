using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>What both versions of a rollout did in this process since one of its steps began.</summary>
/// <param name="rollout">The rollout.</param>
/// <param name="step">The step; -1 for the shadow phase.</param>
internal sealed class StepCounters(RolloutId rollout, int step)
{
    private long written;

    public RolloutId Rollout { get; } = rollout;

    public int Step { get; } = step;

    public TrafficCounter Baseline { get; } = new();

    public TrafficCounter Candidate { get; } = new();

    /// <summary>Whether something was counted since the last call.</summary>
    public bool HasNew()
    {
        var now = Baseline.Requests + Candidate.Requests;
        return Interlocked.Exchange(ref written, now) != now;
    }

    public TrafficCounter Of(PredictionRoute route) => route == PredictionRoute.Primary ? Baseline : Candidate;
}
