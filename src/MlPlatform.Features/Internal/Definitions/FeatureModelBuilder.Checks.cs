using System.Linq.Expressions;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

internal sealed partial class FeatureModelBuilder
{
    private RecordShape Row<TRow>(string where) => RecordShape.Of(typeof(TRow), where, findings);

    private (EntityDefinition Entity, SourceDefinition Source)? Parts<TKey>(string where, string source)
    {
        var entity = entities.GetValueOrDefault(typeof(TKey));
        if (entity is null)
        {
            findings.Add(
                $"{where}: {typeof(TKey).Name} is the key of no valid entity; declare model.Entity<{typeof(TKey).Name}>(...) before the view."
            );
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
