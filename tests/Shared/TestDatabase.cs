using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.TestSupport;

/// <summary>The database that the tests of modules run on.</summary>
internal static class TestDatabase
{
    public const string Variable = "MLPLATFORM_TEST_DATABASE";

    public static bool IsPostgreSql { get; } =
        Environment.GetEnvironmentVariable(Variable) switch
        {
            null or "" or "sqlite" => false,
            "postgresql" => true,
            var other => throw new InvalidOperationException($"{Variable} is '{other}'; sqlite or postgresql was expected."),
        };

    /// <summary>SQLite in the data directory, or a PostgreSQL schema that hosts and child processes on the same directory share.</summary>
    public static IMlPlatformBuilder UseTestDatabase(this IMlPlatformBuilder builder, string directory) =>
        IsPostgreSql
            ? builder.UsePostgreSql(TestPostgreSql.Require(), o => o.Schema = TestPostgreSql.SchemaOf(directory))
            : builder.UseSqlite();
}
