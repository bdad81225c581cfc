using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Serving;
using MlPlatform.TestSupport;
using RunOptions = Microsoft.ML.OnnxRuntime.RunOptions;

namespace MlPlatform.Benchmarks;

/// <summary>A prediction of a small dense network, 30 inputs and two layers of 64, with value types for question and answer, against bound buffers of the bare ONNX Runtime.</summary>
/// <remarks>What was predicted is kept between the measured batches.</remarks>
[MemoryDiagnoser]
public class PredictDenseBenchmark
{
    private const int Batch = 20_000;
    private const int Inputs = 30;
    private readonly DenseRow[] rows = Rows();
    private readonly float[] input = new float[Inputs];
    private readonly float[] output = new float[1];
    private readonly RunOptions options = new();
    private EmbeddedPlatform platform = null!;
    private IPredictor<DenseRow, DenseAnswer> predictor = null!;
    private IPredictionObserver observer = null!;
    private InferenceSession session = null!;
    private OrtIoBinding binding = null!;
    private OrtValue boundInput = null!;
    private OrtValue boundOutput = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        var bytes = OnnxWriter.Dense([Inputs, 64, 64, 1], 1);
        platform = new(b => b.AddPredictor<DenseRow, DenseAnswer>("dense@champion"));
        var signature = new ModelSignature(
            [new("features", DataType.Float32) { Shape = [-1, Inputs] }],
            [new("probability", DataType.Float32) { Shape = [-1, 1] }]
        );
        var package = ModelPackage.Create(
            new(ModelRuntime.Onnx, "1"),
            signature,
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/onnx", bytes)
        );
        var version = await platform.Root.Models.RegisterVersionAsync("dense", package);
        await platform.Root.Models.PromoteAsync(version.Id);
        await platform.Root.Server.RefreshAsync("dense");
        predictor = platform.Get<IPredictor<DenseRow, DenseAnswer>>();
        observer = platform.Get<IPredictionObserver>();
        using var sessionOptions = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        session = new(bytes, sessionOptions);
        boundInput = OrtValue.CreateTensorValueFromMemory(input, [1, Inputs]);
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
            row.Features.CopyTo(input, 0);
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

    private static DenseRow[] Rows()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Batch).Select(_ => new DenseRow([.. Enumerable.Range(0, Inputs).Select(_ => random.NextSingle())]))];
    }
}
