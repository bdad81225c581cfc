namespace MlPlatform.Serving.Internal;

internal sealed class SwitchNode(string column, IReadOnlyList<SwitchCase> cases, IReadOnlyList<ModelNode> members, ModelNode otherwise)
    : ModelNode
{
    public string Column { get; } = column;

    public IReadOnlyList<SwitchCase> Cases { get; } = cases;

    /// <summary>One for each case.</summary>
    public IReadOnlyList<ModelNode> Members { get; } = members;

    public ModelNode Otherwise { get; } = otherwise;

    internal override IEnumerable<ModelNode> Nodes => [.. Members, Otherwise];
}
