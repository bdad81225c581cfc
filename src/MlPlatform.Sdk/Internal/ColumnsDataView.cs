using Microsoft.ML;
using MlPlatform.Features;

namespace MlPlatform.Sdk.Internal;

/// <summary>Columns in memory as an ML.NET data view, without copying them.</summary>
internal sealed class ColumnsDataView : IDataView
{
    private readonly ColumnReader[] readers;
    private readonly int rows;

    public ColumnsDataView(IReadOnlyList<FeatureColumn> columns, int rows)
    {
        this.rows = rows;
        readers = [.. columns.Select(ColumnReader.Of)];
        var schema = new DataViewSchema.Builder();
        foreach (var reader in readers)
        {
            schema.AddColumn(reader.Name, reader.Type);
        }

        Schema = schema.ToSchema();
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new ColumnsCursor(Schema, readers, columnsNeeded, rows);

    // One cursor is always a correct answer; trainers parallelize over what they read.
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
