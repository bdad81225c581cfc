using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

/// <summary>y = x + 1 for rows of any length, in a time of fake work that depends on the elements; a run can be held.</summary>
internal sealed class ShapedModel(FakeTimeProvider clock, double once, double each, string outputLength = "length") : IModelRunner
{
    private volatile SemaphoreSlim? held;

    public BufferLayout Inputs { get; } = LayoutOf("x", "length");

    public BufferLayout Outputs { get; } = LayoutOf("y", outputLength);

    /// <summary>Rows and length of each run.</summary>
    public ConcurrentQueue<(int Rows, long Length)> Runs { get; } = new();

    /// <summary>What a run gives for another number of rows than it was given.</summary>
    public int ExtraRows { get; set; }

    public void Hold() => held = new(0);

    public void Release()
    {
        var waiting = held;
        held = null;
        waiting!.Release(int.MaxValue / 2);
    }

    public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) => new Program(this, inputs, outputs);

    public void Dispose() => held?.Dispose();

    private static BufferLayout LayoutOf(string name, string length) =>
        new(
            [new(new(name, DataType.Float32) { Shape = [-1, -1] }, 0, 0, 0)],
            [new(name, DataType.Float32, 0, [-1, -1]) { Symbols = ["n", length] }]
        );

    private void Run(RequestBuffer inputs, RequestBuffer outputs)
    {
        var shape = inputs.ShapeOf(0);
        Runs.Enqueue((inputs.Rows, shape[1]));
        held?.Wait(TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromMicroseconds(once + (each * inputs.Rows * shape[1])));
        var values = new float[(inputs.Rows + ExtraRows) * shape[1]];
        for (var i = 0; i < inputs.Rows * shape[1]; i++)
        {
            values[i] = inputs.Span<float>(0, (int)(i / shape[1]))[(int)(i % shape[1])] + 1;
        }

        var data = System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan());
        outputs.SetLate(0, new([inputs.Rows + ExtraRows, shape[1]], inputs.Rows, sizeof(float), data));
    }

    private sealed class Program(ShapedModel model, RequestBuffer inputs, RequestBuffer outputs) : IModelProgram
    {
        public void Run() => model.Run(inputs, outputs);

        public void Dispose() { }
    }
}
