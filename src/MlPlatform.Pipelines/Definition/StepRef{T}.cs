using MlPlatform.Pipelines.Internal;

namespace MlPlatform.Pipelines;

/// <summary>A step that gives a <typeparamref name="T"/>, and how it is run. Mistakes are reported together when the pipeline is checked.</summary>
/// <typeparam name="T">What the step gives; kept as JSON.</typeparam>
public sealed class StepRef<T> : StepRef
{
    internal StepRef(StepNode node)
        : base(node) { }

    /// <summary>Runs only after these steps have succeeded; their outputs may be read with <see cref="StepContext.Get{T}"/>.</summary>
    public StepRef<T> After(params StepRef[] steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        Array.ForEach(steps, s => Node.DependOn(s, onEnd: false));
        return this;
    }

    /// <summary>Runs after these steps have ended in any way; read their outputs with <see cref="StepContext.TryGet{T}"/>.</summary>
    public StepRef<T> AfterEnded(params StepRef[] steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        Array.ForEach(steps, s => Node.DependOn(s, onEnd: true));
        return this;
    }

    /// <summary>Is skipped, with all that depends on it, when the other step gave false.</summary>
    public StepRef<T> When(StepRef<bool> condition) => When(condition, static c => c);

    /// <summary>Is skipped, with all that depends on it, when the condition on the other step's output does not hold.</summary>
    public StepRef<T> When<TInput>(StepRef<TInput> input, Func<TInput, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(condition);
        Node.DependOn(input, onEnd: false);
        Node.Conditions.Add(c => condition(c.Get(input)));
        Node.ConditionCode.Add(condition);
        return this;
    }

    /// <summary>Tries again after a failure, so many times, with a delay in work time. Default without this call: no retry.</summary>
    /// <param name="retries">How many more attempts.</param>
    /// <param name="backoff">The delay between them; null for <see cref="Backoff.Default"/>.</param>
    public StepRef<T> Retry(int retries, Backoff? backoff = null)
    {
        Node.Retries = retries;
        Node.Backoff = backoff ?? Backoff.Default;
        return this;
    }

    /// <summary>Fails an attempt that takes longer, in work time. Default without this call: no limit.</summary>
    public StepRef<T> Timeout(TimeSpan limit)
    {
        Node.Timeout = limit;
        return this;
    }

    /// <summary>Whether an earlier output may be used again. Default without this call: never.</summary>
    public StepRef<T> Cache(CachePolicy policy)
    {
        Node.Cache = policy;
        return this;
    }

    /// <summary>How many items of a map run at once over all processes. Default: as many as there are slots.</summary>
    public StepRef<T> Parallel(int items)
    {
        Node.Parallelism = items;
        return this;
    }

    /// <summary>Commits the step so that it survives a power loss too. Gates and approvals always do.</summary>
    public StepRef<T> Durable()
    {
        Node.Durable = true;
        return this;
    }
}
