using Microsoft.ML.OnnxRuntime;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Matches a signature with the tensors of an ONNX session.</summary>
/// <remarks>
/// A column is the tensor of its name; or, when the model has a single input that no column is named after, the scalar columns are the elements
/// of its rows, in the signature's order. Most exporters write one or the other. Where there is one column and one tensor, the two are meant whatever their
/// names: signatures made from an array have none.
/// </remarks>
internal static class OnnxLayout
{
    /// <param name="side">What the columns are called in problems.</param>
    /// <param name="columns">The signature's.</param>
    /// <param name="nodes">The model's.</param>
    /// <param name="all">Whether the signature must have all of them.</param>
    /// <param name="problems">Takes a line for each that does not fit.</param>
    /// <param name="haveOwnRows">Whether an open number of rows that has a name is another than that of the request, as with what was found in one picture.</param>
    public static BufferLayout Match(
        string side,
        IReadOnlyList<DataColumn> columns,
        IReadOnlyDictionary<string, NodeMetadata> nodes,
        bool all,
        List<string> problems,
        bool haveOwnRows = false
    )
    {
        if (all && nodes.Count == 1 && !nodes.ContainsKey(columns.Count > 0 ? columns[0].Name : string.Empty) && columns.All(IsScalar))
        {
            return Packed(side, columns, nodes.First(), problems);
        }
        var only = nodes.Count == 1 && columns.Count == 1 ? nodes.Keys.Single() : null;
        var slots = new List<ColumnSlot>();
        var tensors = new List<TensorSlot>();
        foreach (var column in columns)
        {
            var tensor = only ?? column.Name;
            if (!nodes.TryGetValue(tensor, out var node))
            {
                problems.Add($"{side} '{column}': the model has no such {side}; it has {string.Join(", ", nodes.Keys)}.");
                continue;
            }
            if (!OnnxTypes.Matches(column, node) || Dimensions(column, node) is not { } dimensions)
            {
                var hint =
                    column.Shape is [> 1, ..] && column.Shape.SequenceEqual(node.Dimensions)
                        ? " Write -1 for the number of rows."
                        : string.Empty;
                problems.Add($"{side} '{column}': the model has {OnnxTypes.Describe(node)}.{hint}");
                continue;
            }
            var elements =
                haveOwnRows && node.Dimensions is [< 0, ..] && node.SymbolicDimensions is [{ Length: > 0 }, ..]
                    ? 0
                    : ElementsOf(dimensions);
            slots.Add(new(column, tensors.Count, 0, elements));
            tensors.Add(new(tensor, column.Type, elements, dimensions) { Symbols = node.SymbolicDimensions });
        }
        if (all && only is null)
        {
            problems.AddRange(
                nodes
                    .Keys.Where(n => !columns.Any(c => string.Equals(c.Name, n, StringComparison.Ordinal)))
                    .Select(n => $"{side} '{n}': the signature does not have it.")
            );
        }
        return new(slots, tensors);
    }

    /// <summary>The rows that a model takes at a time, all its tensors together; 0 for any number.</summary>
    public static int BatchOf(IReadOnlyList<(string Name, NodeMetadata Node)> tensors, List<string> problems)
    {
        var batches = tensors.Select(t => t.Node.Dimensions is [var first, ..] ? first : 1).Where(b => b >= 0).Distinct().ToList();
        if (batches.Count > 1 || batches.Contains(0))
        {
            problems.Add(
                $"Its tensors have different numbers of rows: {string.Join(", ", tensors.Select(t => $"'{t.Name}' is {OnnxTypes.Describe(t.Node)}"))}."
            );
        }

        return batches.FirstOrDefault();
    }

    /// <summary>A tensor's shape with any number of rows, which a model that takes one number only is run for as often as it needs.</summary>
    public static int[] AnyRows(NodeMetadata node) => node.Dimensions.Length == 0 ? [] : [-1, .. node.Dimensions.Skip(1)];

    private static bool IsScalar(DataColumn column) => BufferLayout.ElementsPerRow(column) == 1;

    private static BufferLayout Packed(
        string side,
        IReadOnlyList<DataColumn> columns,
        KeyValuePair<string, NodeMetadata> node,
        List<string> problems
    )
    {
        var mismatched = columns.Where(c => !OnnxTypes.Matches(c, node.Value)).ToList();
        problems.AddRange(
            mismatched.Select(c => $"{side} '{c}': the model takes it as an element of '{node.Key}', {OnnxTypes.Describe(node.Value)}.")
        );
        var width = node.Value.IsTensor && node.Value.Dimensions.Length == 2 ? node.Value.Dimensions[1] : 0;
        if (width != columns.Count && width != -1)
        {
            problems.Add(
                $"{side}s: the signature has {columns.Count} columns, the model's '{node.Key}' is {OnnxTypes.Describe(node.Value)}."
            );
        }
        return new(
            [.. columns.Select((c, i) => new ColumnSlot(c, 0, i, 1))],
            [new(node.Key, columns.Count > 0 ? columns[0].Type : DataType.Float32, columns.Count, [-1, columns.Count])]
        );
    }

    /// <summary>A tensor's shape as the signature has it; null where the two do not fit.</summary>
    private static long[]? Dimensions(DataColumn column, NodeMetadata node)
    {
        var dimensions = AnyRows(node).Select(d => (long)d).ToArray();
        return column.Shape is [< 0, ..] shape && shape.Count == dimensions.Length ? FromShape(dimensions, shape)
            : BufferLayout.ElementsPerRow(column) is > 0 and var elements ? FromElements(dimensions, elements)
            : null;
    }

    /// <summary>What the model leaves open, the signature says or leaves open too.</summary>
    private static long[]? FromShape(long[] dimensions, IReadOnlyList<int> shape)
    {
        for (var i = 1; i < dimensions.Length; i++)
        {
            if (dimensions[i] >= 0 && dimensions[i] != shape[i])
            {
                return null;
            }

            dimensions[i] = shape[i];
        }

        return Array.Exists(dimensions, d => d == 0) ? null : dimensions;
    }

    /// <summary>A signature may write a row in another shape, which says one open dimension.</summary>
    private static long[]? FromElements(long[] dimensions, int elements)
    {
        var known = dimensions.Skip(1).Where(d => d >= 0).Aggregate(1L, (a, b) => a * b);
        var open = Array.FindIndex(dimensions, Math.Min(1, dimensions.Length), d => d < 0);
        if (known == 0 || elements % known != 0)
        {
            return null;
        }

        if (open >= 0)
        {
            dimensions[open] = elements / known;
            known = elements;
        }

        return known == elements && !dimensions.Skip(1).Contains(-1) ? dimensions : null;
    }

    /// <returns>0 where a dimension is open.</returns>
    private static int ElementsOf(long[] dimensions) =>
        dimensions.Skip(1).Any(d => d < 0) ? 0 : checked((int)dimensions.Skip(1).Aggregate(1L, (a, b) => a * b));
}
