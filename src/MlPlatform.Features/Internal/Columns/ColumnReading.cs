using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

internal static class ColumnReading
{
    /// <summary>One value without boxing.</summary>
    public static FeatureValue Value(this FeatureColumn column, int row) =>
        column.Nulls[row]
            ? FeatureValue.Null
            : column.Column.Type switch
            {
                DataType.Bool => FeatureValue.Of(((bool[])column.Values)[row]),
                DataType.Int32 => FeatureValue.Of(((int[])column.Values)[row]),
                DataType.Int64 => FeatureValue.Of(((long[])column.Values)[row]),
                DataType.Timestamp => FeatureValue.OfTimestamp(((long[])column.Values)[row]),
                DataType.Float32 => FeatureValue.Of(((float[])column.Values)[row]),
                DataType.Float64 => FeatureValue.Of(((double[])column.Values)[row]),
                DataType.Uuid => FeatureValue.Of(((Guid[])column.Values)[row]),
                DataType.Bytes => FeatureValue.Of(((byte[][])column.Values)[row]),
                _ => FeatureValue.Of(((string[])column.Values)[row]),
            };

    /// <summary>The rows of a table, for an engine that reads one after the other: the array is used again.</summary>
    public static RowTable ToTable(IReadOnlyList<FeatureColumn> columns, int rows) =>
        new(new(columns.Select(c => c.Column)), RowsAsync(columns, rows));

    private static async IAsyncEnumerable<FeatureValue[]> RowsAsync(IReadOnlyList<FeatureColumn> columns, int rows)
    {
        var values = new FeatureValue[columns.Count];
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = columns[i].Value(row);
            }

            yield return values;
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }
}
