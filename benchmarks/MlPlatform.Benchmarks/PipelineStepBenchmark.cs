using BenchmarkDotNet.Attributes;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.Benchmarks;

/// <summary>
/// A step that does nothing, in a chain of twenty, with the start and the end of the run; against its two transactions, taking the step and
/// ending it, by hand on the platform's database and on SQLite itself.
/// </summary>
[MemoryDiagnoser]
public class PipelineStepBenchmark
{
    private EmbeddedPlatform platform = null!;
    private IMetadataDatabase database = null!;
    private SqliteConnection connection = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        platform = new(b =>
            b.AddPipelines(p =>
                p.AddPipeline<NoOpChain>()
                    .Configure(o =>
                    {
                        o.RunSteps = false; // The benchmark asks for the steps itself.
                        o.Slots = 1;
                    })
            )
        );
        database = platform.Get<IMetadataDatabase>();
        const string Table = "CREATE TABLE benchmark_step (name TEXT PRIMARY KEY, state INTEGER, output TEXT) ";
        await database.WriteAsync(Durability.Process, work => work.Connection.ExecuteAsync(Table, transaction: work.Transaction));
        connection = new($"Data Source={Path.Combine(platform.Directory, "bare.db")};Pooling=false");
        await connection.OpenAsync();
        await connection.ExecuteAsync("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; " + Table);
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await connection.DisposeAsync();
        platform.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = NoOpChain.Steps)]
    public async Task TwoBareTransactionsAsync()
    {
        for (var step = 0; step < NoOpChain.Steps; step++)
        {
            for (var state = 1; state <= 2; state++)
            {
                await using var transaction = connection.BeginTransaction();
                await connection.ExecuteAsync(Upsert, new { name = $"step-{step}", state }, transaction);
                await transaction.CommitAsync();
            }
        }
    }

    [Benchmark(OperationsPerInvoke = NoOpChain.Steps)]
    public async Task TwoUnitsOfWorkAsync()
    {
        for (var step = 0; step < NoOpChain.Steps; step++)
        {
            for (var state = 1; state <= 2; state++)
            {
                var row = new { name = $"step-{step}", state };
                await database.WriteAsync(Durability.Process, work => work.Connection.ExecuteAsync(Upsert, row, work.Transaction));
            }
        }
    }

    [Benchmark(OperationsPerInvoke = NoOpChain.Steps)]
    public async Task PipelineAsync()
    {
        await platform.Root.Pipelines.RunAsync<NoOpChain, ChainParameters>(new());
        await platform.Root.Pipelines.SettleAsync();
    }

    private const string Upsert =
        "INSERT INTO benchmark_step (name, state, output) VALUES (@name, @state, '{}') ON CONFLICT (name) DO UPDATE SET state = excluded.state";
}
