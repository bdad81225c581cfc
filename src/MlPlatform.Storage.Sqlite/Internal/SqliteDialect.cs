using Microsoft.Data.Sqlite;
using MlPlatform.Core;

namespace MlPlatform.Storage.Sqlite.Internal;

internal sealed class SqliteDialect : SqlDialect
{
    public override string Product => "sqlite";

    public override IReadOnlyDictionary<string, string> TypeTokens { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["bigint"] = "INTEGER",
            ["int"] = "INTEGER",
            ["double"] = "REAL",
            ["bool"] = "INTEGER",
            ["text"] = "TEXT",
            ["blob"] = "BLOB",
            ["autoid"] = "INTEGER PRIMARY KEY AUTOINCREMENT",
            ["txid"] = "INTEGER NOT NULL DEFAULT 0",
        };

    public override string Clustered => "WITHOUT ROWID";

    public override string StableEvents => "1 = 1";

    public override string FoldCase(string expression) => $"mlp_fold({expression})";

    /// <summary>Past the provider's commands, which look each parameter up by its name for each row: that takes longer than the insert itself.</summary>
    public override Task InsertAsync(IUnitOfWork work, string table, IReadOnlyList<InsertColumn> columns, string onConflict = "")
    {
        InsertRows(work, table, columns, onConflict);
        return Task.CompletedTask;
    }

    public override Task<bool[]> InsertNewAsync(
        IUnitOfWork work,
        string table,
        (string Name, Guid[] Values) key,
        IReadOnlyList<InsertColumn> columns
    ) => Task.FromResult(InsertRows(work, table, [new(key.Name, key.Values), .. columns], $"ON CONFLICT ({key.Name}) DO NOTHING"));

    private static bool[] InsertRows(IUnitOfWork work, string table, IReadOnlyList<InsertColumn> columns, string onConflict)
    {
        var changed = new bool[InsertColumn.CountRows(columns)];
        var sql = $"""
            INSERT INTO {table} ({string.Join(", ", columns.Select(c => c.Name))})
            VALUES ({string.Join(", ", columns.Select((_, i) => $"?{i + 1}"))}) {onConflict}
            """;
        using var statement = new SqliteInsert(((SqliteConnection)work.Connection).Handle!, sql, columns);
        for (var row = 0; row < changed.Length; row++)
        {
            changed[row] = statement.Execute(row);
        }

        return changed;
    }
}
