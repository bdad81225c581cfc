using System.Text.Json;

namespace MlPlatform.Pipelines.Internal;

/// <summary>A checked definition.</summary>
internal sealed class PipelineGraph(
    string name,
    string specHash,
    IReadOnlyList<StepNode> nodes,
    IReadOnlyDictionary<StepNode, int> numbers,
    ParamsCodec parameters,
    JsonSerializerOptions json
)
{
    public string Name { get; } = name;

    public string SpecHash { get; } = specHash;

    public IReadOnlyList<StepNode> Nodes { get; } = nodes;

    public ParamsCodec Parameters { get; } = parameters;

    public JsonSerializerOptions Json { get; } = json;

    public int NumberOf(StepNode node) => numbers[node];

    public StepNode Find(string step) =>
        Nodes.FirstOrDefault(n => string.Equals(n.Name, step, StringComparison.Ordinal))
        ?? throw new AssetNotFoundException(
            new(AssetKind.Step, $"{Name}.{step}"),
            $"The steps are: {string.Join(", ", Nodes.Select(n => n.Name))}."
        );
}
