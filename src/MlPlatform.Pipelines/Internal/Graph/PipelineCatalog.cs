using Microsoft.Extensions.Options;

namespace MlPlatform.Pipelines.Internal;

/// <summary>The pipelines that this process has, each defined and checked once.</summary>
internal sealed class PipelineCatalog(
    IEnumerable<PipelineRegistration> registrations,
    IServiceProvider services,
    IOptions<PipelinesOptions> options
)
{
    private readonly Lazy<Content> content = new(() => Build(registrations, services, options.Value));

    /// <summary>The hashes of the definitions that this process can run.</summary>
    public IReadOnlyList<string> Specs => content.Value.Specs;

    public IReadOnlyList<TriggerDefinition> Triggers => content.Value.Triggers;

    public PipelineGraph? FindSpec(string specHash) => content.Value.BySpec.GetValueOrDefault(specHash);

    public PipelineGraph? Find(string name) => content.Value.ByName.TryGetValue(name, out var graph) ? graph : null;

    public PipelineGraph Get(string name) =>
        Find(name)
        ?? throw new AssetNotFoundException(
            new(AssetKind.Pipeline, name),
            content.Value.ByName.Count == 0
                ? "No pipeline is registered; call AddPipeline."
                : $"Registered are: {string.Join(", ", content.Value.ByName.Keys)}."
        );

    public PipelineGraph Get(Type pipeline) =>
        content.Value.ByType.GetValueOrDefault(pipeline)
        ?? throw new AssetNotFoundException(new(AssetKind.Pipeline, pipeline.Name), $"Register it with AddPipeline<{pipeline.Name}>().");

    private static Content Build(IEnumerable<PipelineRegistration> registrations, IServiceProvider services, PipelinesOptions options)
    {
        options.Json.MakeReadOnly();
        var content = new Content();
        foreach (var group in registrations.GroupBy(r => r.Type))
        {
            var graph = group.First().Create(services).Build(options.Json);
            if (!content.ByName.TryAdd(graph.Name, graph))
            {
                throw new PipelineDefinitionException(
                    graph.Name,
                    [$"another pipeline has this name already; override {nameof(Pipeline.Name)} in {group.Key}"]
                );
            }

            content.ByType.Add(group.Key, graph);
            content.BySpec.Add(graph.SpecHash, graph);
            var triggers = new PipelineTriggers();
            foreach (var registration in group)
            {
                registration.Configure?.Invoke(triggers);
            }

            content.Triggers.AddRange(triggers.Build(graph));
        }

        content.Specs = [.. content.BySpec.Keys.Order(StringComparer.Ordinal)];
        return content;
    }

    private sealed class Content
    {
        public SortedDictionary<string, PipelineGraph> ByName { get; } = new(StringComparer.Ordinal);

        public Dictionary<Type, PipelineGraph> ByType { get; } = [];

        public Dictionary<string, PipelineGraph> BySpec { get; } = new(StringComparer.Ordinal);

        public List<TriggerDefinition> Triggers { get; } = [];

        public IReadOnlyList<string> Specs { get; set; } = [];
    }
}
