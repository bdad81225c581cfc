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

    /// <summary>The events, once every transaction that was open at the call has ended.</summary>
    /// <remarks>
    /// PostgreSQL lists the open transactions of all tests that run at the time, and the log hides an event for as long as one of them might yet
    /// write an older one. A transaction that somebody leaves open holds up the answer for a moment only.
    /// </remarks>
    public static async Task<IReadOnlyList<Core.EventRecord>> ReadSettledAsync(
        this IServiceProvider services,
        Core.EventQuery query,
        CancellationToken cancellationToken = default
    )
    {
        var database = (Core.IMetadataDatabase)services.GetService(typeof(Core.IMetadataDatabase))!;
        if (await database.ReadAsync(connection => Task.FromResult(connection is Npgsql.NpgsqlConnection), cancellationToken))
        {
            var end = await ScalarAsync("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint");
            for (var i = 0; i < 2000 && await ScalarAsync("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint") < end; i++) { }
        }

        var log = (Core.IEventLog)services.GetService(typeof(Core.IEventLog))!;
        return await log.ReadAsync(query, cancellationToken);

        Task<long> ScalarAsync(string sql) =>
            database.ReadAsync(
                async connection =>
                {
                    await using var command = connection.CreateCommand();
                    command.CommandText = sql;
                    return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
                },
                cancellationToken
            );
    }
}
