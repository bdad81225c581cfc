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

    private long Total => Baseline.Requests + Candidate.Requests;

    /// <summary>Has what was counted since the last time written; what could not be written is still new.</summary>
    public async Task WriteNewAsync(Func<StepCounters, Task> write)
    {
        var now = Total;
        if (Volatile.Read(ref written) != now)
        {
            await write(this).ConfigureAwait(false);
            Volatile.Write(ref written, now);
        }
    }

    public TrafficCounter Of(PredictionRoute route) => route == PredictionRoute.Primary ? Baseline : Candidate;
}
