using System.Linq.Expressions;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Turns the aggregates of a view's windows into features, one for each column of its record.</summary>
internal sealed class AggregateCollector(string where, SourceDefinition source, RecordShape row, ICollection<string> findings)
{
    public List<TileFeature> Features { get; } = [];

    /// <summary>The positions in the source of the columns that are read.</summary>
    public List<int> Inputs { get; } = [];

    public void Add(AggregateFunction function, LambdaExpression? input, LambdaExpression feature, TimeSpan window, TimeSpan hop)
    {
        var target = row.IndexOf(feature);
        if (target < 0)
        {
            findings.Add($"{where}: '{feature}' is no property of {row.Type.Name} that is a column.");
            return;
        }

        var name = row.Columns[target].Name;
        if (Features.Exists(f => f.Target == target))
        {
            findings.Add($"{where}: feature '{name}' is aggregated twice.");
        }

        CheckWindow(name, window, hop);
        var slot = -1;
        DataType? type = null;
        if (input is not null)
        {
            var at = source.Shape.IndexOf(input);
            if (at < 0)
            {
                findings.Add($"{where}: feature '{name}': '{input}' is no column of source '{source.Name}'.");
                return;
            }

            type = source.Shape.Columns[at].Type;
            slot = Inputs.IndexOf(at);
            if (slot < 0)
            {
                slot = Inputs.Count;
                Inputs.Add(at);
            }
        }

        if (ResultType(name, function, type) is { } result)
        {
            CheckTarget(row.Columns[target], function, result);
        }

        Features.Add(new(target, name, function, slot, type ?? DataType.Int64, window.Ticks / 10, hop.Ticks / 10));
    }

    /// <summary>A column that nothing computes would be null for ever.</summary>
    public void CheckComplete()
    {
        for (var i = 0; i < row.Columns.Length; i++)
        {
            if (!Features.Exists(f => f.Target == i))
            {
                findings.Add($"{where}: no window computes feature '{row.Columns[i].Name}'.");
            }
        }

        Features.Sort((a, b) => a.Target.CompareTo(b.Target));
    }

    private void CheckWindow(string name, TimeSpan window, TimeSpan hop)
    {
        if (window <= TimeSpan.Zero || window.Ticks % TimeSpan.TicksPerMicrosecond != 0)
        {
            findings.Add($"{where}: feature '{name}' has a window of {window}; it must be positive, in whole microseconds.");
        }

        if (hop <= TimeSpan.Zero || hop.Ticks % TimeSpan.TicksPerMicrosecond != 0 || hop > window)
        {
            findings.Add(
                $"{where}: feature '{name}' has a hop of {hop}; it must be positive, in whole microseconds and not longer than the window."
            );
        }
        else if (window.Ticks / hop.Ticks > 100_000)
        {
            findings.Add(
                $"{where}: feature '{name}' needs {window.Ticks / hop.Ticks} tiles a key; at most 100000 are possible. Make the hop longer."
            );
        }
    }

    private DataType? ResultType(string name, AggregateFunction function, DataType? input)
    {
        switch (function)
        {
            case AggregateFunction.Count:
                return DataType.Int64;
            case AggregateFunction.Min or AggregateFunction.Max or AggregateFunction.First or AggregateFunction.Last:
                if (input is { } any && ColumnTypeMap.IsFixed(any))
                {
                    return any;
                }

                break;
            default:
                if (input is { } number && ColumnTypeMap.IsNumber(number))
                {
                    return DataType.Float64;
                }

                break;
        }

        findings.Add($"{where}: feature '{name}' cannot be the {function} of {input}.");
        return null;
    }

    private void CheckTarget(DataColumn target, AggregateFunction function, DataType result)
    {
        if (target.Type != result)
        {
            findings.Add($"{where}: feature '{target.Name}' is {target.Type}; {function} gives {result}.");
        }
        else if (!target.Nullable && function != AggregateFunction.Count)
        {
            findings.Add(
                $"{where}: feature '{target.Name}' may not be null, but {function} of an empty window is; make the property nullable."
            );
        }
    }
}
