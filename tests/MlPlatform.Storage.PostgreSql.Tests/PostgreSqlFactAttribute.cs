using System.Runtime.CompilerServices;

namespace MlPlatform.Storage.PostgreSql.Tests;

/// <summary>A test that needs the server; without one it is skipped with the reason.</summary>
internal sealed class PostgreSqlFactAttribute : FactAttribute
{
    public PostgreSqlFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) => Skip = TestPostgreSql.SkipReason;
}
