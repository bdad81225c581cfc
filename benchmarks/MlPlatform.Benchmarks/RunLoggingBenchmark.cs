using BenchmarkDotNet.Attributes;
using Microsoft.Data.Sqlite;
using MlPlatform.Registry;

namespace MlPlatform.Benchmarks;

/// <summary>A thousand metric points of a run, stored when the call returns, against the same rows inserted by hand in one transaction.</summary>
[MemoryDiagnoser]
public class RunLoggingBenchmark
{
    private const int Points = 1000;
    private EmbeddedPlatform platform = null!;
    private IRun run = null!;
    private SqliteConnection connection = null!;
    private long step;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        platform = new();
        run = await platform.Root.Experiments.StartRunAsync("benchmark");
        connection = new($"Data Source={Path.Combine(platform.Directory, "bare.db")};Pooling=false");
        await connection.OpenAsync();
        await ExecuteAsync("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
        await ExecuteAsync(
            "CREATE TABLE metric (run BLOB, key TEXT, value REAL, step INTEGER, time INTEGER, PRIMARY KEY (run, key, step, time))"
        );
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await connection.DisposeAsync();
        await run.DisposeAsync();
        platform.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Points)]
    public async Task BareSqliteAsync()
    {
        await using var transaction = connection.BeginTransaction();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT INTO metric VALUES ($run, 'loss', $value, $step, $time)";
        command.Parameters.AddWithValue("$run", new byte[16]);
        var value = command.Parameters.AddWithValue("$value", 0.0);
        var at = command.Parameters.AddWithValue("$step", 0L);
        command.Parameters.AddWithValue("$time", 1L);
        for (var i = 0; i < Points; i++)
        {
            value.Value = i * 0.5;
            at.Value = ++step;
            await command.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }

    [Benchmark(OperationsPerInvoke = Points)]
    public async Task LogMetricAsync()
    {
        for (var i = 0; i < Points; i++)
        {
            run.LogMetric("loss", i * 0.5, ++step);
        }

        await run.FlushAsync();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
