using System.Linq.Expressions;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Collects definitions and what is wrong with them; a definition with findings is left out, so that one mistake is not reported thrice.</summary>
internal sealed class FeatureModelBuilder : IFeatureModelBuilder
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
            findings.Add($"{where}: {typeof(TKey).Name} is already the key of entity '{other.Name}'; give each entity a record of its own.");
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

    private RecordShape Row<TRow>(string where) => RecordShape.Of(typeof(TRow), where, findings);

    private (EntityDefinition Entity, SourceDefinition Source)? Parts<TKey>(string where, string source)
    {
        var entity = entities.GetValueOrDefault(typeof(TKey));
        if (entity is null)
        {
            findings.Add($"{where}: {typeof(TKey).Name} is the key of no valid entity; declare model.Entity<{typeof(TKey).Name}>(...) before the view.");
        }

        var from = sources.GetValueOrDefault(source);
        if (from is null)
        {
            findings.Add($"{where}: '{source}' is no valid source of this model.");
        }

        return entity is null || from is null ? null : (entity, from);
    }

    private int[] KeyPositions(string where, EntityDefinition entity, SourceDefinition source, string[]? columns)
    {
        var wanted = columns ?? [.. entity.Key.Columns.Select(c => c.Name)];
        if (wanted.Length != entity.Key.Columns.Length)
        {
            findings.Add($"{where}: {wanted.Length} key columns are given; entity '{entity.Name}' has {entity.Key.Columns.Length}.");
            return [];
        }

        var positions = new int[wanted.Length];
        for (var i = 0; i < wanted.Length; i++)
        {
            positions[i] = source.Shape.IndexOf(wanted[i]);
            if (positions[i] < 0)
            {
                findings.Add($"{where}: source '{source.Name}' has no column '{wanted[i]}' for the key.");
            }
            else if (source.Shape.Columns[positions[i]].Type != entity.Key.Columns[i].Type)
            {
                findings.Add(
                    $"{where}: key column '{wanted[i]}' holds {source.Shape.Columns[positions[i]].Type}, '{entity.Key.Columns[i].Name}' of entity '{entity.Name}' {entity.Key.Columns[i].Type}."
                );
            }
        }

        return positions;
    }

    private string[]? KeyArguments(string where, LambdaExpression key, SourceDefinition source)
    {
        if (key.Body is NewExpression made)
        {
            var positions = made.Arguments.Select(a => source.Shape.IndexOf(Expression.Lambda(a, key.Parameters))).ToArray();
            if (!positions.Contains(-1))
            {
                return Array.ConvertAll(positions, p => source.Shape.Columns[p].Name);
            }
        }

        findings.Add($"{where}: the key '{key}' is no constructor call whose arguments are properties of the event.");
        return null;
    }

    private int Input(string where, DataColumn feature, SourceDefinition source)
    {
        var at = source.Shape.IndexOf(feature.Name);
        if (at < 0)
        {
            findings.Add($"{where}: source '{source.Name}' has no column '{feature.Name}'.");
        }
        else if (source.Shape.Columns[at].Type != feature.Type)
        {
            findings.Add($"{where}: feature '{feature.Name}' is {feature.Type}, the source's column {source.Shape.Columns[at].Type}.");
        }
        else if (source.Shape.Columns[at].Nullable && !feature.Nullable)
        {
            findings.Add($"{where}: feature '{feature.Name}' may not be null, the source's column may.");
        }

        return at;
    }

    private int Column(string where, string role, RecordShape shape, LambdaExpression? property, bool required, Func<DataType, bool> fits)
    {
        if (property is null)
        {
            if (required)
            {
                findings.Add($"{where}: it has no {role}.");
            }

            return -1;
        }

        var at = shape.IndexOf(property);
        if (at < 0)
        {
            findings.Add($"{where}: the {role} '{property}' is no property that is a column.");
        }
        else if (!fits(shape.Columns[at].Type))
        {
            findings.Add($"{where}: column '{shape.Columns[at].Name}' holds {shape.Columns[at].Type} and cannot be the {role}.");
        }

        return at;
    }

    private void CheckName(string where, string name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > 200 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
        {
            findings.Add($"{where}: a name has 1 to 200 letters, digits, '_', '-' or '.'.");
        }
        else if (!names.Add($"{where.Split(' ')[0]} {name}"))
        {
            findings.Add($"{where}: it is declared twice.");
        }
    }
}
