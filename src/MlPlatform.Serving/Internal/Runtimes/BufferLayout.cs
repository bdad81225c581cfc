using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>How one side of a signature is laid out in memory; made once per loaded version.</summary>
internal sealed class BufferLayout(IReadOnlyList<ColumnSlot> columns, IReadOnlyList<TensorSlot> tensors)
{
    public IReadOnlyList<ColumnSlot> Columns { get; } = columns;
    public IReadOnlyList<TensorSlot> Tensors { get; } = tensors;

    /// <summary>Whether a row has other shapes from request to request.</summary>
    public bool IsVariable { get; } = tensors.Any(t => t.IsVariable);

    /// <summary>Elements of a row; those of variable tensors do not count.</summary>
    public long Elements { get; } = tensors.Sum(t => (long)t.Elements);

    /// <summary>The model's names for the dimensions of a column.</summary>
    public IReadOnlyList<string> SymbolsOf(int column) => Tensors[Columns[column].Tensor].Symbols;

    public int IndexOf(string name)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (string.Equals(Columns[i].Column.Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }
        return -1;
    }

    /// <summary>Elements per row of a column: the product of its dimensions without the leading, variable one.</summary>
    /// <returns>0 when a dimension other than the first is variable, or there are too many.</returns>
    public static int ElementsPerRow(DataColumn column)
    {
        if (column.Shape is not { Count: > 0 } shape)
        {
            return 1;
        }
        var elements = 1L;
        for (var i = shape[0] < 0 ? 1 : 0; i < shape.Count; i++)
        {
            elements = shape[i] < 0 ? 0 : elements * shape[i];
            if (elements > int.MaxValue)
            {
                return 0;
            }
        }
        return (int)elements;
    }

    /// <summary>Whether a dimension of a column's rows is variable.</summary>
    public static bool HasVariableRows(DataColumn column) => column.Shape?.Skip(1).Any(d => d < 0) == true;

    /// <summary>The layout of a request, whose shapes are known.</summary>
    /// <param name="shapeOf">The shape of a variable tensor, by its index; its first dimension is not looked at, the others fit.</param>
    /// <param name="largest">The largest size of a variable dimension.</param>
    /// <exception cref="PredictionInputException">A dimension is empty or too large, or two of one name differ.</exception>
    public BufferLayout With(Func<int, IReadOnlyList<long>> shapeOf, int largest)
    {
        var sizes = new Dictionary<string, (long Size, string Tensor)>(StringComparer.Ordinal);
        var fixedTensors = Tensors.Select((t, i) => t.IsVariable ? Fix(t, shapeOf(i), largest, sizes) : t).ToList();
        return new(
            [.. Columns.Select(c => Tensors[c.Tensor].IsVariable ? c with { Elements = fixedTensors[c.Tensor].Elements } : c)],
            fixedTensors
        );
    }

    private static TensorSlot Fix(
        TensorSlot tensor,
        IReadOnlyList<long> shape,
        int largest,
        Dictionary<string, (long Size, string Tensor)> sizes
    )
    {
        var dimensions = (long[])tensor.Dimensions.Clone();
        var elements = 1L;
        for (var i = 1; i < dimensions.Length; i++)
        {
            if (dimensions[i] < 0)
            {
                dimensions[i] = shape[i];
                Check(tensor, i, shape[i], largest, sizes);
            }

            elements *= dimensions[i]; // Cannot overflow before it is looked at: both factors are of 31 bits.
            if (elements > int.MaxValue)
            {
                throw new PredictionInputException($"Input '{tensor.Name}' has rows of more than {int.MaxValue} elements.");
            }
        }

        return tensor with
        {
            Elements = (int)elements,
            Dimensions = dimensions,
        };
    }

    private static void Check(
        TensorSlot tensor,
        int dimension,
        long size,
        int largest,
        Dictionary<string, (long Size, string Tensor)> sizes
    )
    {
        if (size < 1 || size > largest)
        {
            var allowed = largest == int.MaxValue ? "1 or more is" : $"1 to {largest} is"; // Of the requests' own sizes, not of what comes of them.
            var option = largest == int.MaxValue ? string.Empty : $" ({nameof(ServingOptions.MaxVariableDimension)})";
            throw new PredictionInputException($"Input '{tensor.Name}' has {size} in dimension {dimension}; {allowed} allowed{option}.");
        }

        var symbol = dimension < tensor.Symbols.Count ? tensor.Symbols[dimension] : string.Empty;
        if (symbol.Length == 0 || sizes.TryAdd(symbol, (size, tensor.Name)))
        {
            return;
        }

        var other = sizes[symbol];
        if (other.Size != size)
        {
            throw new PredictionInputException(
                $"Input '{tensor.Name}' has {size} in dimension {dimension} ({symbol}), input '{other.Tensor}' has {other.Size}; the model takes the same of both."
            );
        }
    }

    /// <summary>The layout when its columns are those of another buffer, whose shapes are known.</summary>
    /// <param name="source">For each column the buffer and the column there.</param>
    /// <exception cref="PredictionInputException">They are no shapes that it takes.</exception>
    public BufferLayout ShapedAs(Func<int, (RequestBuffer Buffer, int Column)> source) =>
        With(
            tensor =>
            {
                var index = 0;
                while (Columns[index].Tensor != tensor)
                {
                    index++;
                }

                var (buffer, column) = source(index);
                return buffer.ShapeOf(buffer.Layout.Columns[column].Tensor);
            },
            int.MaxValue
        );

    /// <summary>Whether rows have the same shape as those of another layout that <see cref="With"/> made of the same one.</summary>
    public bool HasShapeOf(BufferLayout other)
    {
        for (var i = 0; i < Tensors.Count; i++)
        {
            if (!Tensors[i].Dimensions.AsSpan().SequenceEqual(other.Tensors[i].Dimensions))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the shapes of rows that a run makes are known before it, by the names of dimensions of what it is given.</summary>
    public bool HasShapesOf(BufferLayout inputs)
    {
        var known = inputs.Tensors.SelectMany(t => t.OpenSymbols).ToHashSet(StringComparer.Ordinal);
        return Tensors.All(t => t.OpenSymbols.All(s => s.Length > 0 && known.Contains(s)));
    }

    /// <summary>One tensor per column, in the signature's order.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="symbols">The names of a column's dimensions, by its index; none where there are none.</param>
    public static BufferLayout OneTensorPerColumn(IReadOnlyList<DataColumn> columns, Func<int, IReadOnlyList<string>>? symbols = null) =>
        new(
            [.. columns.Select((c, i) => new ColumnSlot(c, i, 0, ElementsPerRow(c)))],
            [
                .. columns.Select(
                    (c, i) => new TensorSlot(c.Name, c.Type, ElementsPerRow(c), DimensionsOf(c)) { Symbols = symbols?.Invoke(i) ?? [] }
                ),
            ]
        );

    private static long[] DimensionsOf(DataColumn column) =>
        column.Shape is [< 0, _, ..] shape ? [.. shape.Select(d => (long)d)] : [-1, ElementsPerRow(column)];
}
