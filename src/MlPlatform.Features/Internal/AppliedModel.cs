using System.Globalization;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>The declared model with the versions of its definitions. Immutable.</summary>
internal sealed class AppliedModel
{
    private readonly Dictionary<(AssetKind, string), int> versions;
    private readonly Dictionary<string, ServicePlan> plans = new(StringComparer.Ordinal);

    public AppliedModel(FeatureModel model, Dictionary<(AssetKind, string), int> versions, IReadOnlyDictionary<string, OnlineView> views)
    {
        Model = model;
        this.versions = versions;
        Views = views;
        foreach (var service in model.Services)
        {
            var plan = new ServicePlan(service, Version(service), views);
            plans.Add(service.Name, plan);
            plans.Add(plan.Reference, plan);
        }
    }

    public FeatureModel Model { get; }

    public IReadOnlyDictionary<string, OnlineView> Views { get; }

    public int Version(IDefinition definition) => versions[(definition.Kind, definition.Name)];

    public AssetRef Asset(IDefinition definition) => new(definition.Kind, definition.Name, Version(definition));

    public SourceDefinition Source(string name) =>
        Model.Sources.FirstOrDefault(s => string.Equals(s.Name, name, StringComparison.Ordinal))
        ?? throw new AssetNotFoundException(
            new(AssetKind.Source, name),
            $"Declared are: {string.Join(", ", Model.Sources.Select(s => s.Name))}."
        );

    public ServicePlan Plan(string service) =>
        plans.TryGetValue(service, out var plan)
            ? plan
            : throw new AssetNotFoundException(
                new(AssetKind.Service, service),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"This process declares: {string.Join(", ", plans.Values.Distinct().Select(p => p.Reference))}."
                )
            );
}
