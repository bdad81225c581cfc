using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>How one side of a signature is laid out in memory; made once per loaded version.</summary>
internal sealed class BufferLayout(IReadOnlyList<ColumnSlot> columns, IReadOnlyList<TensorSlot> tensors)
{
    public IReadOnlyList<ColumnSlot> Columns { get; } = columns;
    public IReadOnlyList<TensorSlot> Tensors { get; } = tensors;

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
    /// <returns>0 when a dimension other than the first is unknown.</returns>
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

    /// <summary>One tensor per column, in the signature's order.</summary>
    public static BufferLayout OneTensorPerColumn(IReadOnlyList<DataColumn> columns) =>
        new(
            [.. columns.Select((c, i) => new ColumnSlot(c, i, 0, ElementsPerRow(c)))],
            [.. columns.Select(c => new TensorSlot(c.Name, c.Type, ElementsPerRow(c), [-1, ElementsPerRow(c)]))]
        );
}
