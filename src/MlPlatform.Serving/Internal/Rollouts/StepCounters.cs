using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>What both versions of a rollout did in this process since one of its steps began.</summary>
/// <param name="Rollout">The rollout.</param>
/// <param name="Step">The step; -1 for the shadow phase.</param>
internal sealed record StepCounters(RolloutId Rollout, int Step)
{
    private long written;

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
