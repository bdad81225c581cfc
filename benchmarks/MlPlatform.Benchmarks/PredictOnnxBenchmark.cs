using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Serving;
using MlPlatform.TestSupport;
using RunOptions = Microsoft.ML.OnnxRuntime.RunOptions;

namespace MlPlatform.Benchmarks;

/// <summary>A prediction of a logistic regression in ONNX: typed, versioned and watched, against bound buffers of the bare ONNX Runtime.</summary>
/// <remarks>What was predicted is kept between the measured batches.</remarks>
[MemoryDiagnoser]
public class PredictOnnxBenchmark
{
    private const int Batch = 20_000;
    private readonly ModelRow[] rows = ModelRow.Many(Batch);
    private readonly float[] input = new float[ModelRow.Inputs];
    private readonly float[] output = new float[1];
    private readonly RunOptions options = new();
    private EmbeddedPlatform platform = null!;
    private IPredictor<ModelRow, ModelAnswer> predictor = null!;
    private IPredictionObserver observer = null!;
    private InferenceSession session = null!;
    private OrtIoBinding binding = null!;
    private OrtValue boundInput = null!;
    private OrtValue boundOutput = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        var bytes = OnnxWriter.Logistic([1, 2, -1, -2, 0.5f, 0.25f], 0.1f);
        platform = new(b => b.AddPredictor<ModelRow, ModelAnswer>("logistic@champion"));
        var signature = new ModelSignature(
            [.. ModelRow.Names.Select(n => new DataColumn(n, DataType.Float32))],
            [new("probability", DataType.Float32)]
        );
        var package = ModelPackage.Create(
            new(ModelRuntime.Onnx, "1"),
            signature,
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", bytes)
        );
        var version = await platform.Root.Models.RegisterVersionAsync("logistic", package);
        await platform.Root.Models.PromoteAsync(version.Id);
        await platform.Root.Server.RefreshAsync("logistic");
        predictor = platform.Get<IPredictor<ModelRow, ModelAnswer>>();
        observer = platform.Get<IPredictionObserver>();
        using var sessionOptions = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        session = new(bytes, sessionOptions);
        boundInput = OrtValue.CreateTensorValueFromMemory(input, [1, ModelRow.Inputs]);
        boundOutput = OrtValue.CreateTensorValueFromMemory(output, [1, 1]);
        binding = session.CreateIoBinding();
        binding.BindInput("features", boundInput);
        binding.BindOutput("probability", boundOutput);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        binding.Dispose();
        boundInput.Dispose();
        boundOutput.Dispose();
        session.Dispose();
        options.Dispose();
        platform.Dispose();
    }

    [IterationSetup]
    public void Flush() => observer.FlushAsync().GetAwaiter().GetResult();

    [Benchmark(Baseline = true, OperationsPerInvoke = Batch)]
    public double BareIoBinding()
    {
        var sum = 0.0;
        foreach (var row in rows)
        {
            row.CopyTo(input);
            session.RunWithBinding(options, binding);
            sum += output[0];
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
