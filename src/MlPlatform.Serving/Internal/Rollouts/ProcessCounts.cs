using System.Collections.Concurrent;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>What this process counts for open rollouts, whether their models are in memory or not: one that is let go of and opened again goes on counting.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ProcessCounts(StepCountStore store)
{
    private readonly ConcurrentDictionary<(RolloutId Rollout, int Step), StepCounters> all = new();

    public StepCounters Of(Rollout rollout) => all.GetOrAdd((rollout.Id, rollout.Step), static key => new(key.Rollout, key.Step));

    /// <summary>Stores what is new.</summary>
    /// <param name="of">Of this rollout only; null for all.</param>
    /// <param name="cancellationToken">Cancels between two of them.</param>
    public async Task WriteNewAsync(RolloutId? of, CancellationToken cancellationToken)
    {
        foreach (var counters in all.Values.Where(c => of is null || c.Rollout == of))
        {
            await counters.WriteNewAsync(c => store.WriteAsync(c, cancellationToken)).ConfigureAwait(false);
        }
    }

    /// <summary>What is counted now.</summary>
    public IReadOnlyCollection<StepCounters> List() => [.. all.Values];

    /// <summary>Forgets what no request counts for any more. The step before the present one still has some that are on their way.</summary>
    /// <param name="known">What was counted before the open rollouts were read: another may have begun since.</param>
    /// <param name="open">The open rollouts.</param>
    public void Forget(IReadOnlyCollection<StepCounters> known, IReadOnlyCollection<Rollout> open)
    {
        var steps = open.ToDictionary(r => r.Id, r => r.Step);
        foreach (var counters in known.Where(c => !steps.TryGetValue(c.Rollout, out var step) || c.Step < step - 1))
        {
            all.TryRemove((counters.Rollout, counters.Step), out _);
        }
    }
}
