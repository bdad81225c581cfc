using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using MlPlatform.Core;

namespace MlPlatform.Benchmarks;

/// <summary>What watching costs a prediction of 30 columns, against a bounded channel of copied rows that nobody reads.</summary>
[MemoryDiagnoser]
public class CaptureBenchmark
{
    private const int Batch = 200_000;
    private readonly double[] row = [.. Enumerable.Range(0, 30).Select(i => i * 1.5)];
    private readonly Channel<double[]> channel = Channel.CreateBounded<double[]>(
        new BoundedChannelOptions(100_000) { FullMode = BoundedChannelFullMode.DropOldest }
    );

    private EmbeddedPlatform platform = null!;
    private IPredictionObserver observer = null!;
    private PredictionLayout layout = null!;
    private PredictionId[] ids = null!;

    [GlobalSetup]
    public void Setup()
    {
        platform = new();
        observer = platform.Get<IPredictionObserver>();
        layout = new(new("model", 1), [.. Enumerable.Range(0, 30).Select(i => "x" + i)], []);
        ids = [.. Enumerable.Range(0, Batch).Select(_ => PredictionId.New(TimeProvider.System))];
    }

    [GlobalCleanup]
    public void Cleanup() => platform.Dispose();

    [IterationSetup]
    public void Flush() => observer.FlushAsync().GetAwaiter().GetResult();

    [Benchmark(Baseline = true, OperationsPerInvoke = Batch)]
    public void ChannelOfCopies()
    {
        foreach (var _ in ids)
        {
            channel.Writer.TryWrite([.. row]);
        }
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public void Observe()
    {
        foreach (var id in ids)
        {
            observer.Observe(
                new()
                {
                    Id = id,
                    Layout = layout,
                    TimeMicros = 1_000_000,
                    Numeric = row,
                    Scores = [0.5],
                    Class = 1,
                }
            );
        }
    }
}
