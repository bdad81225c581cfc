using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

/// <summary>y = x + the model's first byte; counts what is loaded, run and disposed.</summary>
internal sealed class CountingRuntime : IModelRuntime
{
    private static readonly ModelSignature Signature = new([new("x", DataType.Float32)], [new("y", DataType.Float32)]);
    private int loaded;
    private int bound;
    private int disposed;
    private int runs;

    public string Kind => ModelRuntime.Custom;

    public int Loaded => Volatile.Read(ref loaded);

    /// <summary>Programs that are in memory.</summary>
    public int Bound => Volatile.Read(ref bound);

    public int Runs => Volatile.Read(ref runs);

    public int Disposed => Volatile.Read(ref disposed);

    public static ModelPackage Package(byte number) =>
        ModelPackage.Create(
            new(ModelRuntime.Custom, "1"),
            Signature,
            new ModelFileContent("model.bin", ModelFileRole.Model, "application/octet-stream", new[] { number })
        );

    public ValueTask<IModelRunner> LoadAsync(OpenedModel version, byte[] model, int threads, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref loaded);
        return new(new Runner(this, model[0]));
    }

    private sealed class Runner(CountingRuntime runtime, byte number) : IModelRunner
    {
        private bool isDisposed;

        public BufferLayout Inputs { get; } = BufferLayout.OneTensorPerColumn(Signature.Inputs);

        public BufferLayout Outputs { get; } = BufferLayout.OneTensorPerColumn(Signature.Outputs);

        public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs)
        {
            Interlocked.Increment(ref runtime.bound);
            return new Program(this, inputs, outputs);
        }

        public void Dispose()
        {
            isDisposed = true;
            Interlocked.Increment(ref runtime.disposed);
        }

        private sealed class Program(Runner runner, RequestBuffer inputs, RequestBuffer outputs) : IModelProgram
        {
            public void Run()
            {
                ObjectDisposedException.ThrowIf(runner.isDisposed, runner);
                Interlocked.Increment(ref runner.Runtime.runs);
                for (var row = 0; row < inputs.Rows; row++)
                {
                    outputs.Set(0, row, inputs.Get<float>(0, row) + runner.Number);
                }
            }

            public void Dispose()
            {
                ObjectDisposedException.ThrowIf(runner.isDisposed, runner);
                Interlocked.Decrement(ref runner.Runtime.bound);
            }
        }

        private byte Number => number;

        private CountingRuntime Runtime => runtime;
    }
}
