using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>A service resolved once: which views are read, which transforms run, and where each value goes.</summary>
internal sealed class ServicePlan
{
    public ServicePlan(ServiceDefinition service, int version, IReadOnlyDictionary<string, OnlineView> views)
    {
        Definition = service;
        Version = version;
        Reference = FormattableString.Invariant($"{service.Name}@v{version}");
        Asset = new(AssetKind.Service, service.Name, version);
        Schema = new(service.Features.Select(f => f.Column with { Name = f.Name, Nullable = f.View is not null || f.Column.Nullable }));
        var targets = service.Features.Select((f, i) => (Feature: f, Target: i)).ToArray();
        var stored = targets
            .Select(t => t.Feature.View)
            .Select(v => v as StoredViewDefinition ?? (v as OnDemandDefinition)?.Input)
            .OfType<StoredViewDefinition>()
            .Distinct()
            .ToArray();
        Reads =
        [
            .. stored.Select(v =>
            {
                var own = targets.Where(t => ReferenceEquals(t.Feature.View, v)).ToArray();
                return new ViewRead(views[v.Name], Array.ConvertAll(own, t => t.Feature.Position), Array.ConvertAll(own, t => t.Target));
            }),
        ];
        Transforms =
        [
            .. targets
                .Where(t => t.Feature.View is OnDemandDefinition)
                .GroupBy(t => (OnDemandDefinition)t.Feature.View!)
                .Select(g => new TransformRun(
                    g.Key,
                    g.Key.Input is null ? -1 : Array.IndexOf(stored, g.Key.Input),
                    [.. g.Select(t => t.Feature.Position)],
                    [.. g.Select(t => t.Target)]
                )),
        ];
        var keys = new IReadOnlyList<string>[targets.Length];
        Array.Fill(keys, []);
        foreach (var (read, columns) in Reads.Select((r, i) => (i, r.Targets)).Concat(Transforms.Select(t => (t.Read, t.Targets))))
        {
            foreach (var column in columns)
            {
                keys[column] = read < 0 ? [] : [.. Reads[read].Definition.Keys.Select(k => k.Name)];
            }
        }

        Keys = keys;
        Requests = [.. targets.Where(t => t.Feature.View is null).Select(t => (t.Feature.Column, t.Target))];
        Inputs = new(
            Reads
                .SelectMany(r => r.Definition.Keys)
                .Concat(Transforms.SelectMany(t => t.Definition.Request.Columns))
                .Concat(Requests.Select(r => r.Column))
                .DistinctBy(c => c.Name, StringComparer.Ordinal)
        );
    }

    public ServiceDefinition Definition { get; }

    public int Version { get; }

    public string Reference { get; }

    public AssetRef Asset { get; }

    /// <summary>The names of the entity keys that each column is read by.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Keys { get; }

    public DataSchema Schema { get; }

    /// <summary>Keys and request data.</summary>
    public DataSchema Inputs { get; }

    public ViewRead[] Reads { get; }

    public TransformRun[] Transforms { get; }

    public (DataColumn Column, int Target)[] Requests { get; }
}
