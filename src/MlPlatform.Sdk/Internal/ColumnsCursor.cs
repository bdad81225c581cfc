using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlPlatform.Sdk.Internal;

internal sealed class ColumnsCursor(DataViewSchema schema, ColumnReader[] readers, IEnumerable<DataViewSchema.Column> needed, int rows)
    : DataViewRowCursor
{
    private readonly HashSet<int> active = [.. needed.Select(c => c.Index)];
    private int row = -1;

    public override long Position => row;

    public override long Batch => 0;

    public override DataViewSchema Schema { get; } = schema;

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override bool MoveNext()
    {
        if (row >= rows - 1)
        {
            row = rows;
            return false;
        }

        row++;
        return true;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
        {
            throw new ArgumentException($"Column '{column.Name}' was not asked for when the cursor was made.", nameof(column));
        }

        return readers[column.Index].MakeGetter(() => row) is ValueGetter<TValue> getter
            ? getter
            : throw new InvalidOperationException($"Column '{column.Name}' has type {column.Type}, not {typeof(TValue).Name}.");
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new((ulong)row, 0);
}
