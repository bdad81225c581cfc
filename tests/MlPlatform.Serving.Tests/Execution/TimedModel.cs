using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

/// <summary>y = x + 1 for each row, in a time of fake work that depends on the number of rows; a run can be held, and fails on rows that are not numbers.</summary>
internal sealed class TimedModel(FakeTimeProvider clock, double once, double each) : IModelRunner
{
    private static readonly ModelSignature Signature = new([new("x", DataType.Float32)], [new("y", DataType.Float32)]);
    private readonly SemaphoreSlim started = new(0);
    private volatile SemaphoreSlim? held;

    public BufferLayout Inputs { get; } = BufferLayout.OneTensorPerColumn(Signature.Inputs);

    public BufferLayout Outputs { get; } = BufferLayout.OneTensorPerColumn(Signature.Outputs);

    /// <summary>What one run takes, by its rows, in microseconds.</summary>
    public Func<int, double> Cost { get; set; } = rows => once + (each * rows);

    /// <summary>What the values of a run are, changed before they are answered.</summary>
    public Action<float[]>? Blend { get; set; }

    /// <summary>The first elements of each run.</summary>
    public ConcurrentQueue<float[]> Runs { get; } = new();

    /// <summary>From now on runs wait for <see cref="Release"/>.</summary>
    public void Hold() => held = new(0);

    public void Release()
    {
        var waiting = held;
        held = null;
        waiting!.Release(int.MaxValue / 2);
    }

    /// <summary>Forgets the runs so far.</summary>
    public void Forget()
    {
        Runs.Clear();
        while (started.Wait(0)) { }
    }

    /// <summary>Completes when one more run has begun.</summary>
    public Task StartedAsync() => started.WaitAsync(TestContext.Current.CancellationToken);

    public IModelProgram Bind(RequestBuffer inputs, RequestBuffer outputs) => new Program(this, inputs, outputs);

    public void Dispose()
    {
        started.Dispose();
        held?.Dispose();
    }

    private void Run(RequestBuffer inputs, RequestBuffer outputs)
    {
        var values = Enumerable.Range(0, inputs.Rows).Select(r => inputs.Ref<float>(0, r)).ToArray();
        Runs.Enqueue([.. values]);
        started.Release();
        held?.Wait(TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromMicroseconds(Cost(inputs.Rows)));
        if (Array.Exists(values, float.IsNaN))
        {
            throw new InvalidOperationException("poison");
        }

        Blend?.Invoke(values);
        for (var r = 0; r < values.Length; r++)
        {
            outputs.Ref<float>(0, r) = values[r] + 1;
        }
    }

    private sealed class Program(TimedModel model, RequestBuffer inputs, RequestBuffer outputs) : IModelProgram
    {
        public void Run() => model.Run(inputs, outputs);

        public void Dispose() { }
    }
}
