namespace MlPlatform.Features.Internal;

/// <summary>Everything declared, checked.</summary>
internal sealed record FeatureModel(
    IReadOnlyList<EntityDefinition> Entities,
    IReadOnlyList<SourceDefinition> Sources,
    IReadOnlyList<ViewDefinition> Views,
    IReadOnlyList<ServiceDefinition> Services
)
{
    public IEnumerable<IDefinition> All => [.. Entities, .. Sources, .. Views, .. Services];

    public IEnumerable<StoredViewDefinition> Stored => Views.OfType<StoredViewDefinition>();
}
