using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Serving;

namespace MlPlatform.Benchmarks;

/// <summary>A prediction of fifty trees over six columns: typed, versioned and watched, against the bare prediction engine of ML.NET.</summary>
/// <remarks>What was predicted is kept between the measured batches.</remarks>
[MemoryDiagnoser]
public class PredictBenchmark
{
    private const int Batch = 20_000;
    private readonly ModelRow[] rows = ModelRow.Many(Batch);
    private readonly ModelAnswer answer = new();
    private EmbeddedPlatform platform = null!;
    private IPredictor<ModelRow, ModelAnswer> predictor = null!;
    private IPredictionObserver observer = null!;
    private PredictionEngine<ModelRow, ModelAnswer> engine = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        platform = new(b => b.AddPredictor<ModelRow, ModelAnswer>("trees@champion"));
        var context = new MLContext(seed: 1);
        var data = context.Data.LoadFromEnumerable(rows);
        var model = context
            .Transforms.Concatenate("Features", [.. ModelRow.Names])
            .Append(context.BinaryClassification.Trainers.FastTree(numberOfTrees: 50))
            .Fit(data);
        var version = await platform.Root.Models.RegisterVersionAsync(
            "trees",
            ModelPackage.FromMlNet(context, model, data.Schema, "Label")
        );
        await platform.Root.Models.PromoteAsync(version.Id);
        await platform.Root.Server.RefreshAsync("trees");
        predictor = platform.Get<IPredictor<ModelRow, ModelAnswer>>();
        observer = platform.Get<IPredictionObserver>();
        engine = context.Model.CreatePredictionEngine<ModelRow, ModelAnswer>(model);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        engine.Dispose();
        platform.Dispose();
    }

    [IterationSetup]
    public void Flush() => observer.FlushAsync().GetAwaiter().GetResult();

    [Benchmark(Baseline = true, OperationsPerInvoke = Batch)]
    public double BarePredictionEngine()
    {
        var sum = 0.0;
        var result = answer;
        foreach (var row in rows)
        {
            engine.Predict(row, ref result);
            sum += result.Probability;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public async Task<double> PredictAsync()
    {
        var sum = 0.0;
        foreach (var row in rows)
        {
            sum += (await predictor.PredictAsync(row)).Value.Probability;
        }

        return sum;
    }
}
