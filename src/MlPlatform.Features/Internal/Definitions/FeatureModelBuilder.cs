using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Collects definitions and what is wrong with them; a definition with findings is left out, so that one mistake is not reported thrice.</summary>
internal sealed partial class FeatureModelBuilder : IFeatureModelBuilder
{
    private readonly List<string> findings = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, EntityDefinition> entities = [];
    private readonly Dictionary<string, SourceDefinition> sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ViewDefinition> views = new(StringComparer.Ordinal);
    private readonly List<ServiceDefinition> services = [];

    public static FeatureModel Build(IEnumerable<IFeatureDefinitions> definitions)
    {
        var builder = new FeatureModelBuilder();
        foreach (var definition in definitions)
        {
            definition.Define(builder);
        }

        return builder.findings.Count == 0
            ? new([.. builder.entities.Values], [.. builder.sources.Values], [.. builder.views.Values], builder.services)
            : throw new InvalidFeatureModelException(builder.findings);
    }

    public void Entity<TKey>(string name, Action<EntityBuilder>? configure = null)
        where TKey : class
    {
        var builder = new EntityBuilder();
        configure?.Invoke(builder);
        var where = $"Entity '{name}'";
        var before = findings.Count;
        CheckName(where, name);
        var key = RecordShape.Of(typeof(TKey), where, findings);
        foreach (var column in key.Columns.Where(c => c.Nullable || c.Type is DataType.Float32 or DataType.Float64))
        {
            findings.Add($"{where}: key column '{column.Name}' may be null or is a floating point number; neither identifies anything.");
        }

        if (entities.TryGetValue(typeof(TKey), out var other))
        {
            findings.Add(
                $"{where}: {typeof(TKey).Name} is already the key of entity '{other.Name}'; give each entity a record of its own."
            );
        }

        if (findings.Count == before)
        {
            entities.Add(typeof(TKey), new(name, key, builder.Owner, builder.Description));
        }
    }

    public FeatureSource<TEvent> Source<TEvent>(string name, Action<SourceBuilder<TEvent>> configure)
        where TEvent : class
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new SourceBuilder<TEvent>();
        configure(builder);
        var where = $"Source '{name}'";
        var before = findings.Count;
        CheckName(where, name);
        var shape = RecordShape.Of(typeof(TEvent), where, findings);
        var time = Column(where, "event time", shape, builder.EventTimeExpression, required: true, t => t == DataType.Timestamp);
        var created = Column(where, "created time", shape, builder.CreatedTimeExpression, required: false, t => t == DataType.Timestamp);
        var id = Column(
            where,
            "id",
            shape,
            builder.IdExpression,
            required: false,
            t => t is DataType.String or DataType.Int32 or DataType.Int64 or DataType.Uuid
        );
        if (time >= 0 && shape.Columns[time].Nullable)
        {
            findings.Add($"{where}: the event time '{shape.Columns[time].Name}' may be null; such a row could never be used.");
        }

        if (shape.IndexOf(SourceDefinition.SequenceColumn) >= 0)
        {
            findings.Add($"{where}: column '{SourceDefinition.SequenceColumn}' is the history's own; rename the property.");
        }

        if (findings.Count == before)
        {
            sources.Add(name, new(name, shape, time, created, id, builder.Owner));
        }

        return new(name);
    }

    public FeatureView<TRow> View<TKey, TRow>(string name, FeatureSource source, Action<ViewBuilder>? configure = null)
        where TKey : class
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(source);
        var builder = new ViewBuilder();
        configure?.Invoke(builder);
        var where = $"View '{name}'";
        var before = findings.Count;
        CheckName(where, name);
        var row = Row<TRow>(where);
        if (builder.Ttl < TimeSpan.Zero)
        {
            findings.Add($"{where}: the time to live {builder.Ttl} is negative.");
        }

        if (Parts<TKey>(where, source.Name) is var (entity, from))
        {
            var keys = KeyPositions(where, entity, from, builder.KeyColumns);
            var inputs = Array.ConvertAll(row.Columns, c => Input(where, c, from));
            if (findings.Count == before)
            {
                views.Add(
                    name,
                    new StoredViewDefinition(
                        name,
                        row,
                        entity.Name,
                        entity.Key.Columns,
                        from,
                        keys,
                        inputs,
                        builder.Ttl,
                        null,
                        builder.Owner ?? entity.Owner,
                        builder.Description
                    )
                );
            }
        }

        return new(name);
    }

    public FeatureView<TRow> AggregateView<TKey, TEvent, TRow>(
        string name,
        FeatureSource<TEvent> source,
        Action<AggregateViewBuilder<TKey, TEvent, TRow>> configure
    )
        where TKey : class
        where TEvent : class
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new AggregateViewBuilder<TKey, TEvent, TRow>();
        configure(builder);
        var where = $"View '{name}'";
        var before = findings.Count;
        CheckName(where, name);
        var row = Row<TRow>(where);
        if (Parts<TKey>(where, source.Name) is var (entity, from))
        {
            var named = builder.KeyExpression is { } key ? KeyArguments(where, key, from) : null;
            var keys = KeyPositions(where, entity, from, named);
            var collector = new AggregateCollector(where, from, row, findings);
            foreach (var window in builder.Windows)
            {
                foreach (var (function, input, feature) in window.Aggregates)
                {
                    collector.Add(function, input, feature, window.Span, window.Hop);
                }
            }

            collector.CheckComplete();
            if (findings.Count == before)
            {
                views.Add(
                    name,
                    new StoredViewDefinition(
                        name,
                        row,
                        entity.Name,
                        entity.Key.Columns,
                        from,
                        keys,
                        [.. collector.Inputs],
                        TimeSpan.Zero,
                        new(collector.Features, collector.Inputs.Count),
                        builder.Owner ?? entity.Owner,
                        builder.Description
                    )
                );
            }
        }

        return new(name);
    }

    public FeatureView<TRow> OnDemand<TRequest, TRow>(string name, Func<TRequest, TRow> transform, string revision = "1")
        where TRequest : class
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(transform);
        return OnDemand<TRequest, TRow>(name, null, (request, _) => transform((TRequest)request), revision);
    }

    public FeatureView<TRow> OnDemand<TRequest, TInput, TRow>(
        string name,
        FeatureView<TInput> view,
        Func<TRequest, TInput?, TRow> transform,
        string revision = "1"
    )
        where TRequest : class
        where TInput : class
        where TRow : class
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(transform);
        return OnDemand<TRequest, TRow>(name, view.Name, (request, input) => transform((TRequest)request, (TInput?)input), revision);
    }

    public void Service(string name, Action<ServiceBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new ServiceBuilder();
        configure(builder);
        var where = $"Service '{name}'";
        var before = findings.Count;
        CheckName(where, name);
        var features = new ServiceCollector(where, views, findings).Collect(builder);
        if (findings.Count == before)
        {
            services.Add(new(name, features, builder.Owner));
        }
    }

    private FeatureView<TRow> OnDemand<TRequest, TRow>(string name, string? input, Func<object, object?, object> transform, string revision)
        where TRow : class
    {
        var where = $"View '{name}'";
        var before = findings.Count;
        CheckName(where, name);
        var request = RecordShape.Of(typeof(TRequest), where, findings);
        if (!request.CanMake)
        {
            findings.Add($"{where}: {typeof(TRequest).Name} cannot be made; give it one constructor for all its properties.");
        }

        var row = RecordShape.Of(typeof(TRow), where, findings);
        StoredViewDefinition? stored = null;
        if (input is not null)
        {
            stored = views.GetValueOrDefault(input) as StoredViewDefinition;
            if (stored is null)
            {
                findings.Add($"{where}: '{input}' is no stored view of this model; a transform reads a view of rows or of aggregates.");
            }
            else if (!stored.Row.CanMake)
            {
                findings.Add($"{where}: {stored.Row.Type.Name} cannot be made; give it one constructor for all its properties.");
            }
        }

        if (findings.Count == before)
        {
            views.Add(name, new OnDemandDefinition(name, row, request, stored, transform, revision));
        }

        return new(name);
    }
}
