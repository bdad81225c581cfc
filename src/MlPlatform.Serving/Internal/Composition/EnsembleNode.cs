namespace MlPlatform.Serving.Internal;

internal sealed class EnsembleNode(IReadOnlyList<ModelNode> members, IReadOnlyList<double>? weights) : ModelNode
{
    public IReadOnlyList<ModelNode> Members { get; } = members;

    /// <summary>One for each member; null where all count the same.</summary>
    public IReadOnlyList<double>? Weights { get; } = weights;

    internal override IEnumerable<ModelNode> Nodes => Members;
}
