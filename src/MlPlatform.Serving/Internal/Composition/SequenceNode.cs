namespace MlPlatform.Serving.Internal;

internal sealed class SequenceNode(IReadOnlyList<ModelNode> steps) : ModelNode
{
    public IReadOnlyList<ModelNode> Steps { get; } = steps;

    internal override IEnumerable<ModelNode> Nodes => Steps;
}
