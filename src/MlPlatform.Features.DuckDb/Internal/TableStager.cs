using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>Brings the columns that a computation reads under names of its own: rows by appending them, Parquet files as a view.</summary>
internal static class TableStager
{
    /// <summary>The number of a row in its table; unique, and ordered as the rows are.</summary>
    public const string RowId = "rid";

    public static async Task<StagedTable> StageAsync(
        DuckDbSession session,
        string name,
        OfflineTable table,
        IReadOnlyList<ColumnRequest> columns,
        bool lazily
    ) =>
        table switch
        {
            RowTable rows => await RowStager.StageAsync(session, name, rows, columns).ConfigureAwait(false),
            ParquetTable files => await Task.Run(() => StageFiles(session, name, files, columns, lazily), session.CancellationToken)
                .ConfigureAwait(false),
            _ => throw new ArgumentException($"The engine cannot read a {table.GetType().Name}.", nameof(table)),
        };

    /// <summary>Refuses a type that does not fit the role of its column.</summary>
    public static void Check(ColumnRequest column, DataType type)
    {
        var fits = column.Role switch
        {
            ColumnRole.Time => type is DataType.Timestamp || ColumnTypes.IsInteger(type),
            ColumnRole.Sequence => ColumnTypes.IsInteger(type),
            _ => true,
        };
        if (!fits)
        {
            throw new ArgumentException(
                $"Column '{column.Name}' holds {type} and cannot be the {column.Role.ToString().ToLowerInvariant()} of a row."
            );
        }
    }

    private static StagedTable StageFiles(
        DuckDbSession session,
        string name,
        ParquetTable table,
        IReadOnlyList<ColumnRequest> columns,
        bool lazily
    )
    {
        if (table.Paths.Count == 0)
        {
            throw new ArgumentException("A Parquet table has no file.", nameof(table));
        }

        var computed = string.Concat(
            table.Computed.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $", ({c.Value}) AS {Sql.Name(c.Key)}")
        );
        var files = $"read_parquet([{string.Join(", ", table.Paths.Select(Sql.Text))}], union_by_name = true)";
        var found = session.Read(
            $"DESCRIBE SELECT *{computed} FROM {files}",
            static reader =>
            {
                var types = new Dictionary<string, string>(StringComparer.Ordinal);
                while (reader.Read())
                {
                    types[reader.GetString(0)] = reader.GetString(1);
                }

                return types;
            }
        );
        var staged = new Dictionary<string, DataType>(StringComparer.Ordinal);
        var select = new List<string>();
        foreach (var column in columns)
        {
            if (!found.TryGetValue(column.Name, out var sqlType))
            {
                throw new ArgumentException(
                    $"There is no column '{column.Name}'; there are {string.Join(", ", found.Keys)}.",
                    nameof(columns)
                );
            }

            var (type, expression) =
                ColumnTypes.FromSql(sqlType, Sql.Name(column.Name))
                ?? throw new ArgumentException($"Column '{column.Name}' has type {sqlType}, which no feature can have.", nameof(columns));
            Check(column, type);
            if (column.Role is ColumnRole.Time or ColumnRole.Sequence)
            {
                expression = $"CAST({expression} AS BIGINT)";
            }

            staged.Add(column.Alias, type);
            select.Add($", {expression} AS {column.Alias}");
        }

        // Nothing may follow from the names of files: their place in the list orders the rows.
        session.Execute(
            $"""
            CREATE TEMP {(lazily ? "VIEW" : "TABLE")} {name} AS
            SELECT CAST(file_number * 1099511627776 + row_number_in_file AS BIGINT) AS {RowId}{string.Concat(select)}
            FROM (SELECT *{computed}, file_index AS file_number, file_row_number AS row_number_in_file FROM {files})
            """
        );
        return new(staged);
    }
}
