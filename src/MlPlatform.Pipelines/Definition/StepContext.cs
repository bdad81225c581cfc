using System.Text.Json;
using MlPlatform.Pipelines.Internal;

namespace MlPlatform.Pipelines;

/// <summary>What a step's body gets. Valid only while the body runs.</summary>
/// <remarks>Thread-safe for reads; effects, links and kept artifacts are added by one thread at a time.</remarks>
public abstract class StepContext
{
    private readonly StepExecution execution;

    private protected StepContext(StepExecution execution) => this.execution = execution;

    /// <summary>The run.</summary>
    public PipelineRunId RunId => execution.Run.Id;

    /// <summary>The step's name.</summary>
    public string StepName => execution.Node.Name;

    /// <summary>Which item of a map this is, from 0; null outside maps.</summary>
    public int? MapIndex => execution.Step.MapIndex;

    /// <summary>Which attempt this is, from 1.</summary>
    public int Attempt => execution.Step.Attempt;

    /// <summary>Grows with every attempt by any process. A store outside the metadata database may refuse writes with an older one.</summary>
    public long Fence => execution.Step.Fence;

    /// <summary>The seed of this step, made from the run's: the same at each attempt, another for each item of a map.</summary>
    public long Seed => execution.Seed;

    /// <summary>The platform time that the run looks at data as of.</summary>
    /// <exception cref="InvalidOperationException">The step is cached: its output would be used again for other times.</exception>
    public DateTimeOffset AsOf =>
        execution.Node.Cache == CachePolicy.Never
            ? execution.Run.AsOf
            : throw new InvalidOperationException(
                $"Step '{StepName}' is cached and cannot depend on the run's time; take the time as a parameter or an input."
            );

    /// <summary>The event that caused the run, if any.</summary>
    public EventId? CauseId => execution.Run.CauseId;

    /// <summary>The same at each attempt, for effects outside the metadata database: <c>run/step</c> or <c>run/step/item</c>.</summary>
    public string IdempotencyKey => execution.Step.Key;

    /// <summary>The services of this attempt, a scope of its own.</summary>
    public IServiceProvider Services => execution.Services;

    /// <summary>Where large data goes; pass its digest on.</summary>
    public IArtifactStore Artifacts => execution.Artifacts;

    /// <summary>The output of a step that this one declared as an input or with <see cref="StepRef{T}.After"/>.</summary>
    /// <exception cref="InvalidOperationException">The step was not declared, or has no output because it did not succeed.</exception>
    public T Get<T>(StepRef<T> step) =>
        TryGet(step, out var output)
            ? output
            : throw new InvalidOperationException(
                $"Step '{StepName}' reads '{step.Name}', which ended without an output; use TryGet after AfterEnded."
            );

    /// <summary>The output of a declared step, if it has one.</summary>
    /// <returns>Whether it succeeded.</returns>
    /// <exception cref="InvalidOperationException">The step was not declared as an input, with After or with AfterEnded.</exception>
    public bool TryGet<T>(StepRef<T> step, out T output)
    {
        ArgumentNullException.ThrowIfNull(step);
        output = default!;
        if (execution.FindInput(step.Node) is not { } bytes)
        {
            return false;
        }

        output = StepJson.Read<T>(bytes, execution.Graph.Json);
        return true;
    }

    /// <summary>Adds an effect on the metadata database that commits in the transaction of this step: exactly once, whatever happens.</summary>
    /// <remarks>
    /// It does database work only, like every body of <see cref="IMetadataDatabase.WriteAsync{T}"/>. When it throws, the attempt has failed. A wait
    /// that goes on waiting commits its effects too.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The step is cached: a hit would skip the effect.</exception>
    public void OnCommit(Func<IUnitOfWork, Task> effect)
    {
        ArgumentNullException.ThrowIfNull(effect);
        if (execution.Node.Cache != CachePolicy.Never)
        {
            throw new InvalidOperationException($"Step '{StepName}' is cached and cannot have effects: a hit would skip them.");
        }

        execution.Effects.Add(effect);
    }

    /// <summary>Keeps an artifact from garbage collection on behalf of the run, from this step's commit on.</summary>
    public void KeepArtifact(ArtifactDigest digest) => execution.Kept.Add(digest);

    /// <summary>Records a lineage edge with this step's commit.</summary>
    public void Link(AssetRef from, AssetRef to, string relation) => execution.Links.Add((from, to, relation));

    /// <summary>Says how far the step is, for whoever looks at the run.</summary>
    /// <param name="fraction">From 0 to 1.</param>
    /// <param name="text">What is being done; may be null.</param>
    public void Report(double fraction, string? text = null) => execution.Progress = new(Math.Clamp(fraction, 0, 1), text);

    internal StepOutcome Done<T>(T output) => StepOutcome.Done(StepJson.Write(output, execution.Graph.Json));

    internal T Item<T>() => JsonSerializer.Deserialize<T>(execution.Step.ItemJson!, execution.Graph.Json)!;

    internal string ItemText<T>(T item) => JsonSerializer.Serialize(item, execution.Graph.Json);
}
