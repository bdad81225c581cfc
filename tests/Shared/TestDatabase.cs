// Named outright: some of the projects that share this file have a using for the whole project, and then one here would be a warning.
using PostgreSqlMlPlatformBuilderExtensions = Microsoft.Extensions.DependencyInjection.PostgreSqlMlPlatformBuilderExtensions;
using SqliteMlPlatformBuilderExtensions = Microsoft.Extensions.DependencyInjection.SqliteMlPlatformBuilderExtensions;

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
    public static Core.IMlPlatformBuilder UseTestDatabase(this Core.IMlPlatformBuilder builder, string directory) =>
        IsPostgreSql
            ? PostgreSqlMlPlatformBuilderExtensions.UsePostgreSql(
                builder,
                TestPostgreSql.Require(),
                o => o.Schema = TestPostgreSql.SchemaOf(directory)
            )
            : SqliteMlPlatformBuilderExtensions.UseSqlite(builder);
}
