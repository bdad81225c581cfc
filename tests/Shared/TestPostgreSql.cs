using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace MlPlatform.TestSupport;

/// <summary>The PostgreSQL server of the tests, and one schema for each directory. A schema is dropped once its directory is gone.</summary>
internal static class TestPostgreSql
{
    public const string Variable = "MLPLATFORM_TEST_POSTGRESQL";
    public const string RequireVariable = "MLPLATFORM_TEST_REQUIRE_SERVERS";
    private const string Prefix = "test_";
    private static readonly Lock Gate = new();
    private static readonly Lazy<NpgsqlDataSource> Source = new(Build);
    private static readonly HashSet<string> Made = new(StringComparer.Ordinal);

    public static string? ConnectionString { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? text : null;

    /// <summary>Why tests that need the server do not run, or null when they do; a missing server that is required fails them.</summary>
    public static string? SkipReason =>
        ConnectionString is not null || Environment.GetEnvironmentVariable(RequireVariable) == "1"
            ? null
            : $"set {Variable} to the connection string of a PostgreSQL server whose user may create schemas";

    public static string Require() =>
        ConnectionString
        ?? throw new InvalidOperationException($"{Variable} is not set; give the connection string of a PostgreSQL server.");

    /// <summary>The schema of a directory, made if it is missing.</summary>
    public static string SchemaOf(string directory)
    {
        var path = Path.GetFullPath(directory);
        var schema = Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..24];
        lock (Gate)
        {
            if (Made.Count == 0)
            {
                DropAbandoned();
                AppDomain.CurrentDomain.ProcessExit += (_, _) => DropAbandoned();
            }

            if (Made.Add(schema))
            {
                Directory.CreateDirectory(path);
                Execute(
                    $"""
                    SELECT pg_advisory_xact_lock(hashtextextended('{schema}', 0));
                    CREATE SCHEMA IF NOT EXISTS {schema};
                    COMMENT ON SCHEMA {schema} IS '{path.Replace("'", "''", StringComparison.Ordinal)}';
                    """
                );
            }
        }

        return schema;
    }

    public static void Execute(string sql)
    {
        using var connection = Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    /// <summary>Drops what this run, or one that was killed, has left.</summary>
    private static void DropAbandoned()
    {
        using var connection = Open();
        var found = new List<(string Schema, string Path)>();
        using (
            var list = new NpgsqlCommand(
                $"SELECT nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE starts_with(nspname, '{Prefix}')",
                connection
            )
        )
        using (var reader = list.ExecuteReader())
        {
            while (reader.Read())
            {
                if (!reader.IsDBNull(1))
                {
                    found.Add((reader.GetString(0), reader.GetString(1)));
                }
            }
        }

        foreach (var (schema, _) in found.Where(f => !Directory.Exists(f.Path)))
        {
            using var drop = new NpgsqlCommand($"SET client_min_messages = error; DROP SCHEMA IF EXISTS {schema} CASCADE", connection);
            try
            {
                drop.ExecuteNonQuery();
            }
            catch (PostgresException)
            {
                // Another run drops it at the same time, or a process that has yet to end holds it: the next run sees to it.
            }
        }
    }

    private static NpgsqlConnection Open() => Source.Value.OpenConnection();

    private static NpgsqlDataSource Build()
    {
        var builder = new NpgsqlDataSourceBuilder($"{Require()};Command Timeout=60");
        builder.ConfigureTypeLoading(t => t.EnableTypeLoading(false)); // Hundreds of schemas have thousands of row types.
        return builder.Build();
    }
}
