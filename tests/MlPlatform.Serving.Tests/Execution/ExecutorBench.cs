using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

/// <summary>A version of a timed model, measured as it is when it is loaded.</summary>
internal sealed class ExecutorBench : IDisposable
{
    public static readonly ModelVersionId Id = new("m", 1);

    public ExecutorBench(
        double once,
        double each,
        int mostRows = 64,
        int concurrency = 1,
        TimeSpan? queueTime = null,
        int queueRows = 1 << 20,
        Action<TimedModel>? change = null,
        string name = "m",
        FakeTimeProvider? clock = null
    )
    {
        Clock = clock ?? new(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
        Model = new(Clock, once, each);
        change?.Invoke(Model);
        var limits = new ExecutionLimits(concurrency, queueTime ?? TimeSpan.FromSeconds(10), queueRows) { IsBusy = () => IsBusy };
        Version = new(
            new(name, 1),
            ArtifactDigest.Of([1]),
            ModelRuntime.Custom,
            Model,
            new(Id, Model.Inputs, Model.Outputs, null),
            8,
            limits,
            Clock,
            NullLogger.Instance
        );
        using var rows = MadeUpRows();
        Calibration.Run(Version, rows, mostRows, Clock);
        Model.Forget();
    }

    /// <summary>Whether the process has other work that is due, whatever the tests beside this one do.</summary>
    public bool IsBusy { get; set; }

    /// <summary>The slots of all requests.</summary>
    public ConcurrentQueue<Slot> Slots { get; } = new();

    public FakeTimeProvider Clock { get; }

    public TimedModel Model { get; }

    public LoadedVersion Version { get; }

    public Executor Executor => Version.Executor;

    /// <summary>The rows that a package without any is tried with.</summary>
    public static WarmRows MadeUpRows() =>
        WarmRows
            .ReadAsync(
                ModelPackage.Create(
                    new(ModelRuntime.Custom, "1"),
                    new([], []),
                    new ModelFileContent("m", ModelFileRole.Model, "application/octet-stream", new byte[] { 1 })
                ),
                default
            )
            .Result;

    /// <summary>What a request is answered.</summary>
    public async Task<IReadOnlyList<float>> AskAsync(
        float[] values,
        PredictionPriority priority = default,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    )
    {
        var slot = Version.Rent(values.Length);
        slot.Begin(Clock.GetTimestamp(), isTimed: false);
        Slots.Enqueue(slot);
        for (var r = 0; r < values.Length; r++)
        {
            slot.Inputs.Ref<float>(0, r) = values[r];
        }

        var deadline = timeout is { } time ? Clock.GetTimestamp() + (long)(time.TotalSeconds * Clock.TimestampFrequency) : 0;
        try
        {
            await Executor.RunAsync(slot, new(deadline, timeout ?? default, priority), cancellationToken);
        }
        catch (PredictionFailedException)
        {
            slot.Dispose();
            throw;
        }
        catch
        {
            Version.Return(slot);
            throw;
        }

        var answer = Enumerable.Range(0, values.Length).Select(r => slot.Outputs.Ref<float>(0, r)).ToArray();
        Version.Return(slot);
        return answer;
    }

    /// <summary>Keeps the model busy until it is released.</summary>
    public async Task<Task<IReadOnlyList<float>>> OccupyAsync()
    {
        Model.Hold();
        var first = Task.Run(() => AskAsync([-1]));
        await Model.StartedAsync();
        return first;
    }

    public void Dispose() => Version.Retire();
}
