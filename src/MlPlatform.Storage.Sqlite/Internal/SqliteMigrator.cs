using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;
using MlPlatform.Core;

namespace MlPlatform.Storage.Sqlite.Internal;

/// <summary>Brings one database file to the schema of the registered migrations, once over all processes of the host.</summary>
internal sealed class SqliteMigrator(string path, string connectionString, SqlDialect dialect, IReadOnlyList<MigrationSet> migrations)
{
    public void Run(TimeSpan timeout, TimeProvider work)
    {
        using var processes = Lock(timeout, work);
        using var shared = new DbUp.Sqlite.Helpers.SharedConnection(new SqliteConnection(connectionString));
        var scripts = migrations
            .SelectMany(m => m.ReadScripts(dialect))
            .Select((s, order) => new SqlScript(s.Name, s.Text, new SqlScriptOptions { RunGroupOrder = order }))
            .ToArray();
        RefuseNewer(scripts);
        var engine = DeployChanges
            .To.SqliteDatabase(shared)
            .WithScripts(scripts)
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .JournalToSqliteTable("core_migration")
            .LogTo(new NoOpUpgradeLog())
            .Build();
        var result = engine.PerformUpgrade();
        if (!result.Successful)
        {
            throw new MlPlatformException(
                $"Database '{path}' could not be migrated: script '{result.ErrorScript?.Name}' failed with '{result.Error.Message}'. Nothing of that script was applied.",
                result.Error
            );
        }
    }

    /// <summary>A script of a module that runs here, applied but unknown here, comes from a newer version; modules that do not run here are none of our business.</summary>
    private void RefuseNewer(SqlScript[] known)
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'core_migration'";
        if ((long)command.ExecuteScalar()! == 0)
        {
            return;
        }

        command.CommandText = "SELECT ScriptName FROM core_migration ORDER BY ScriptName";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var applied = reader.GetString(0);
            var module = applied.Split('/')[0];
            if (migrations.Any(m => m.Module == module) && !Array.Exists(known, s => s.Name == applied))
            {
                throw new SchemaTooNewException(path, applied);
            }
        }
    }

    /// <summary>Two processes may start on an empty folder at once; a file that nobody else may open is the lock.</summary>
    private FileStream Lock(TimeSpan timeout, TimeProvider work)
    {
        var start = work.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path + ".migrate", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException && !IsHeldByAnother(e)))
            {
                throw new StorageUnavailableException(path, $"its folder cannot be written to ({e.Message})", e);
            }
            catch (IOException e)
            {
                if (work.GetElapsedTime(start) > timeout)
                {
                    throw new DatabaseBusyException(path, timeout, e);
                }

                using var pause = new ManualResetEventSlim();
                pause.Wait(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    /// <summary>Windows' codes for a file or a part of it that is in use, and Unix's for a lock that would block (Linux, macOS).</summary>
    private static bool IsHeldByAnother(Exception error) => (error.HResult & 0xFFFF) is 32 or 33 or 11 or 35;
}
