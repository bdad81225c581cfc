using DuckDB.NET.Data;
using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>Appends rows to a temporary table.</summary>
internal static class RowStager
{
    public static async Task<StagedTable> StageAsync(
        DuckDbSession session,
        string name,
        RowTable table,
        IReadOnlyList<ColumnRequest> columns
    )
    {
        var staged = new Dictionary<string, DataType>(StringComparer.Ordinal);
        var places = new int[columns.Count];
        var types = new DataType[columns.Count];
        for (var i = 0; i < columns.Count; i++)
        {
            places[i] = table.Schema.IndexOf(columns[i].Name);
            if (places[i] < 0)
            {
                throw new ArgumentException(
                    $"There is no column '{columns[i].Name}'; there are {string.Join(", ", table.Schema.Columns.Select(c => c.Name))}.",
                    nameof(columns)
                );
            }

            var column = table.Schema.Columns[places[i]];
            types[i] = column.Type;
            TableStager.Check(columns[i], column.Type);
            if (column.IsList || column.Shape is not null || !CanHold(column.Type))
            {
                throw new ArgumentException($"Column '{column}' has a type that a row cannot hold.", nameof(columns));
            }

            if (columns[i].Role is ColumnRole.Time or ColumnRole.Sequence && types[i] == DataType.Int32)
            {
                types[i] = DataType.Int64;
            }

            staged.Add(columns[i].Alias, types[i]);
        }

        var definitions = string.Concat(columns.Select((c, i) => $", {c.Alias} {ColumnTypes.ToSql(types[i])}"));
        session.Execute($"CREATE TEMP TABLE {name} ({TableStager.RowId} BIGINT{definitions})");
        using (var appender = session.Append(name))
        {
            long number = 0;
            await foreach (var values in table.Rows.WithCancellation(session.CancellationToken).ConfigureAwait(false))
            {
                if (values.Length != table.Schema.Columns.Count)
                {
                    throw new ArgumentException(
                        $"Row {number} has {values.Length} values instead of {table.Schema.Columns.Count}.",
                        nameof(table)
                    );
                }

                var row = appender.CreateRow();
                row.AppendValue(number);
                for (var i = 0; i < places.Length; i++)
                {
                    if (!Append(row, types[i], values[places[i]]))
                    {
                        throw new ArgumentException(
                            $"Row {number} holds {values[places[i]].Type} in column '{columns[i].Name}' of {types[i]}.",
                            nameof(table)
                        );
                    }
                }

                row.EndRow();
                number++;
            }
        }

        return new(staged);
    }

    private static bool CanHold(DataType type) =>
        type
            is DataType.Bool
                or DataType.Int32
                or DataType.Int64
                or DataType.Float32
                or DataType.Float64
                or DataType.String
                or DataType.Bytes
                or DataType.Timestamp
                or DataType.Uuid;

    /// <summary>Appends a value; integers widen, nothing else converts.</summary>
    private static bool Append(IDuckDBAppenderRow row, DataType type, FeatureValue value)
    {
        if (value.IsNull)
        {
            row.AppendNullValue();
            return true;
        }

        switch (type, value.Type)
        {
            case (DataType.Bool, DataType.Bool):
                row.AppendValue((bool?)(value.ToInt64() != 0));
                return true;
            case (DataType.Int32, DataType.Int32):
                row.AppendValue((int?)value.ToInt64());
                return true;
            case (DataType.Int64, DataType.Int64 or DataType.Int32):
            case (DataType.Timestamp, DataType.Timestamp):
                row.AppendValue((long?)value.ToInt64());
                return true;
            case (DataType.Float32, DataType.Float32 or DataType.Int32):
                row.AppendValue((float?)value.ToDouble());
                return true;
            case (DataType.Float64, DataType.Float64 or DataType.Float32 or DataType.Int32 or DataType.Int64):
                row.AppendValue((double?)value.ToDouble());
                return true;
            case (DataType.String, DataType.String):
                // The appender hands text over as a C string and would cut it off, so that different keys became equal.
                if (value.AsString()!.Contains('\0', StringComparison.Ordinal))
                {
                    throw new ArgumentException("A text holds the character NUL, which the engine cannot store.", nameof(value));
                }

                row.AppendValue(value.AsString());
                return true;
            case (DataType.Bytes, DataType.Bytes):
                row.AppendValue(value.AsBytes());
                return true;
            case (DataType.Uuid, DataType.Uuid):
                row.AppendValue((Guid?)value.ToObject());
                return true;
            default:
                return false;
        }
    }
}
