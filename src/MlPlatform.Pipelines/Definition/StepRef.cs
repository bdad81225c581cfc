using MlPlatform.Pipelines.Internal;

namespace MlPlatform.Pipelines;

/// <summary>A step of a pipeline being defined, without its type. Passing it to another step makes an edge.</summary>
public abstract class StepRef
{
    private protected StepRef(StepNode node) => Node = node;

    /// <summary>The step's name, unique in its pipeline.</summary>
    public string Name => Node.Name;

    internal StepNode Node { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
