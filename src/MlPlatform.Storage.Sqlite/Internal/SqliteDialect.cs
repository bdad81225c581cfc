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
}
