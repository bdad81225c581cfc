using BenchmarkDotNet.Attributes;
using DuckDB.NET.Data;
using MlPlatform.Features;
using MlPlatform.Features.DuckDb;

namespace MlPlatform.Benchmarks;

/// <summary>
/// A point-in-time join of 100,000 rows with a history of 1,000,000 in Parquet, with a time to live, against the same join written by hand:
/// a window form, which is what people write since DuckDB's plain ASOF join breaks ties by chance, and that plain ASOF join.
/// </summary>
[MemoryDiagnoser]
public class PointInTimeJoinBenchmark
{
    private const int FrameRows = 100_000;
    private readonly string folder = Directory.CreateTempSubdirectory("mlplatform-benchmark-").FullName;
    private DuckDbOfflineEngine engine = null!;
    private DuckDBConnection connection = null!;
    private string source = null!;
    private string frame = null!;

    [GlobalSetup]
    public void Setup()
    {
        source = Path.Combine(folder, "source.parquet");
        frame = Path.Combine(folder, "frame.parquet");
        engine = new(new() { SpillDirectory = folder });
        connection = new("DataSource=:memory:");
        connection.Open();
        Execute("SELECT setseed(0.5)");
        Execute(
            $"COPY (SELECT CAST(random() * 5000 AS BIGINT) AS k, make_timestamp(CAST(random() * 1e12 AS BIGINT)) AS event, make_timestamp(CAST(random() * 1e12 AS BIGINT)) AS created, i AS seq, CAST(random() AS FLOAT) AS a, CAST(random() AS FLOAT) AS b FROM range(1000000) t(i)) TO '{source}' (FORMAT parquet)"
        );
        Execute(
            $"COPY (SELECT CAST(random() * 5000 AS BIGINT) AS k, make_timestamp(CAST(random() * 1e12 AS BIGINT)) AS t FROM range({FrameRows})) TO '{frame}' (FORMAT parquet)"
        );
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        engine.Dispose();
        connection.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Benchmark(Baseline = true)]
    public int WindowByHand() =>
        Read(
            $"""
            SELECT a, b FROM (
              SELECT f.rid, s.a, s.b, row_number() OVER (PARTITION BY f.rid ORDER BY s.event DESC, s.created DESC NULLS LAST, s.seq DESC) AS place
              FROM (SELECT *, row_number() OVER () AS rid FROM '{frame}') f
              LEFT JOIN '{source}' s ON s.k = f.k AND s.event <= f.t AND s.event >= f.t - INTERVAL 1 DAY)
            WHERE place = 1 ORDER BY rid
            """
        );

    [Benchmark]
    public int PlainAsofByHand() =>
        Read(
            $"""
            SELECT s.a, s.b FROM (SELECT *, row_number() OVER () AS rid FROM '{frame}') f
            ASOF LEFT JOIN '{source}' s ON s.k = f.k AND s.event <= f.t ORDER BY f.rid
            """
        );

    [Benchmark]
    public async Task<int> JoinAsync()
    {
        var view = new PointInTimeView(
            new(new ParquetTable([source]), ["k"], "event") { CreatedTimeColumn = "created", SequenceColumn = "seq" },
            ["k"],
            [("a", "a"), ("b", "b")]
        )
        {
            TimeToLive = TimeSpan.FromDays(1),
        };
        return (await engine.JoinAsync(new(new ParquetTable([frame]), "t"), view)).Columns[0].Values.Length;
    }

    private int Read(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var (a, b) = (new float[FrameRows], new float[FrameRows]);
        var row = 0;
        for (; reader.Read(); row++)
        {
            a[row] = reader.IsDBNull(0) ? 0 : reader.GetFloat(0);
            b[row] = reader.IsDBNull(1) ? 0 : reader.GetFloat(1);
        }

        return row;
    }

    private void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
