using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using DbUp.Postgresql;
using MlPlatform.Core;
using Npgsql;

namespace MlPlatform.Storage.PostgreSql.Internal;

/// <summary>Brings one database to the schema of the registered migrations, once over all processes.</summary>
internal sealed class PostgreSqlMigrator(
    string name,
    PostgreSqlConnections connections,
    PostgreSqlOptions options,
    SqlDialect dialect,
    IReadOnlyList<MigrationSet> migrations
)
{
    private const int OldestVersion = 13; // The first with pg_current_xact_id.

    // Both databases live in one schema, and a module may have scripts of the same name for each.
    private string Journal =>
        string.Equals(name, DatabaseNames.Metadata, StringComparison.Ordinal) ? "core_migration" : $"core_migration_{name}";

    public async Task RunAsync()
    {
        await using var connection = await connections.Writer.OpenConnectionAsync().ConfigureAwait(false);
        if (connection.PostgreSqlVersion.Major < OldestVersion)
        {
            throw new MlPlatformException(
                $"'{connections.Target}' is PostgreSQL {connection.PostgreSqlVersion}; version {OldestVersion} or newer is needed."
            );
        }

        // A session's lock, given back with the session: a process that is killed here leaves none behind.
        var key = $"mlplatform:{options.Schema}:migrate";
        await ExecuteAsync(connection, $"SET lock_timeout = {options.MigrationTimeout.TotalMilliseconds:0}; SET statement_timeout = 0")
            .ConfigureAwait(false);
        await LockAsync(connection, "SELECT pg_advisory_lock(hashtextextended(@key, 0))", key).ConfigureAwait(false);
        try
        {
            await MakeSchemaAsync(connection).ConfigureAwait(false);
            var scripts = migrations
                .SelectMany(m => m.ReadScripts(dialect))
                .Select((s, order) => new SqlScript(s.Name, s.Text, new SqlScriptOptions { RunGroupOrder = order }))
                .ToArray();
            await RefuseNewerAsync(connection, scripts).ConfigureAwait(false);
            await Task.Run(() => Upgrade(scripts)).ConfigureAwait(false); // The library knows no asynchronous way.
        }
        finally
        {
            await LockAsync(connection, "SELECT pg_advisory_unlock(hashtextextended(@key, 0))", key).ConfigureAwait(false);
            await ExecuteAsync(connection, "RESET lock_timeout; RESET statement_timeout").ConfigureAwait(false);
        }
    }

    private void Upgrade(SqlScript[] scripts)
    {
        var engine = DeployChanges
            .To.PostgresqlDatabase(new PostgresqlConnectionManager(connections.Writer))
            .WithScripts(scripts)
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .JournalToPostgresqlTable(options.Schema, Journal)
            .WithExecutionTimeout(options.MigrationTimeout)
            .LogTo(new NoOpUpgradeLog())
            .Build();
        var result = engine.PerformUpgrade();
        if (!result.Successful)
        {
            throw new MlPlatformException(
                $"Schema '{options.Schema}' of '{connections.Target}' could not be migrated: script '{result.ErrorScript?.Name}' failed with '{result.Error.Message}'. Nothing of that script was applied.",
                result.Error
            );
        }
    }

    private async Task MakeSchemaAsync(NpgsqlConnection connection)
    {
        await using var find = new NpgsqlCommand("SELECT 1 FROM pg_namespace WHERE nspname = $1", connection);
        find.Parameters.Add(new() { Value = options.Schema });
        if (await find.ExecuteScalarAsync().ConfigureAwait(false) is null) // Asked first: whoever may use a schema need not be allowed to make one.
        {
            await ExecuteAsync(connection, $"CREATE SCHEMA {options.Schema}").ConfigureAwait(false);
        }
    }

    /// <summary>A script of a module that runs here, applied but unknown here, comes from a newer version; modules that do not run here are none of our business.</summary>
    private async Task RefuseNewerAsync(NpgsqlConnection connection, SqlScript[] known)
    {
        await using var find = new NpgsqlCommand("SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = $2", connection);
        find.Parameters.Add(new() { Value = options.Schema });
        find.Parameters.Add(new() { Value = Journal });
        if (await find.ExecuteScalarAsync().ConfigureAwait(false) is null)
        {
            return;
        }

        await using var list = new NpgsqlCommand($"SELECT scriptname FROM {options.Schema}.{Journal} ORDER BY scriptname", connection);
        await using var reader = await list.ExecuteReaderAsync().ConfigureAwait(false);
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            var applied = reader.GetString(0);
            var module = applied.Split('/')[0];
            if (migrations.Any(m => m.Module == module) && !Array.Exists(known, s => s.Name == applied))
            {
                throw new SchemaTooNewException($"{connections.Target}, schema {options.Schema}", applied);
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private async Task LockAsync(NpgsqlConnection connection, string sql, string key)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.CommandTimeout = (int)options.MigrationTimeout.TotalSeconds + 5; // The server's own limit comes first.
        command.Parameters.AddWithValue("key", key);
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }
}
