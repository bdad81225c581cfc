using System.Linq.Expressions;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Resolves what a service includes into its columns.</summary>
internal sealed class ServiceCollector(string where, IReadOnlyDictionary<string, ViewDefinition> views, ICollection<string> findings)
{
    private readonly List<ServiceFeature> features = [];
    private readonly Dictionary<string, (DataType Type, string From)> inputs = new(StringComparer.Ordinal);

    public ServiceFeature[] Collect(ServiceBuilder builder)
    {
        foreach (var (view, alias, selected) in builder.Views)
        {
            if (!views.TryGetValue(view, out var definition))
            {
                findings.Add($"{where}: '{view}' is no valid view of this model.");
                continue;
            }

            Use(definition);
            foreach (var i in Positions(definition.Row, selected))
            {
                var column = definition.Row.Columns[i];
                Add(new(alias is null ? column.Name : $"{alias}__{column.Name}", column, definition, i));
            }
        }

        foreach (var (record, selected) in builder.Requests)
        {
            var shape = RecordShape.Of(record, where, findings);
            foreach (var i in Positions(shape, selected))
            {
                Input(shape.Columns[i], record.Name);
                Add(new(shape.Columns[i].Name, shape.Columns[i], null, i));
            }
        }

        if (features.Count == 0)
        {
            findings.Add($"{where}: it has no feature.");
        }

        return [.. features];
    }

    private void Use(ViewDefinition view)
    {
        switch (view)
        {
            case StoredViewDefinition stored:
                Array.ForEach(stored.Keys, k => Input(k, $"entity '{stored.Entity}'"));
                break;
            case OnDemandDefinition computed:
                Array.ForEach(computed.Request.Columns, c => Input(c, computed.Request.Type.Name));
                if (computed.Input is not null)
                {
                    Use(computed.Input);
                }

                break;
        }
    }

    /// <summary>Keys and request data share one set of names in a read, so one name must have one type.</summary>
    private void Input(DataColumn column, string from)
    {
        if (!inputs.TryAdd(column.Name, (column.Type, from)) && inputs[column.Name].Type != column.Type)
        {
            findings.Add(
                $"{where}: '{column.Name}' is {inputs[column.Name].Type} in {inputs[column.Name].From} and {column.Type} in {from}."
            );
        }
    }

    private IEnumerable<int> Positions(RecordShape shape, LambdaExpression[] selected)
    {
        if (selected.Length == 0)
        {
            return Enumerable.Range(0, shape.Columns.Length);
        }

        var positions = new List<int>();
        foreach (var lambda in selected)
        {
            var at = shape.IndexOf(lambda);
            if (at < 0)
            {
                findings.Add($"{where}: '{lambda}' is no property of {shape.Type.Name} that is a column.");
            }
            else
            {
                positions.Add(at);
            }
        }

        return positions;
    }

    private void Add(ServiceFeature feature)
    {
        if (features.Exists(f => string.Equals(f.Name, feature.Name, StringComparison.Ordinal)))
        {
            findings.Add($"{where}: two columns are named '{feature.Name}'; include one of the views with an alias.");
        }

        features.Add(feature);
    }
}
