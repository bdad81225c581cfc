using MlPlatform.Pipelines.Internal;

namespace MlPlatform.Pipelines;

/// <summary>What a step's body gets, with the run's parameters.</summary>
/// <typeparam name="TParams">The parameters of a run.</typeparam>
public sealed class StepContext<TParams> : StepContext
    where TParams : notnull
{
    internal StepContext(StepExecution execution, TParams parameters)
        : base(execution) => Params = parameters;

    /// <summary>The run's parameters.</summary>
    public TParams Params { get; }
}
