using Microsoft.Extensions.Logging;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>A version in memory. Whoever runs it holds a lease; it is disposed once, in the background, when retired and no lease is out.</summary>
/// <remarks>Thread-safe. Disposing a native session that is in use kills the process, so nothing but the last lease disposes.</remarks>
internal sealed class LoadedVersion
{
    private readonly IModelRunner runner;
    private readonly ILogger logger;
    private readonly VersionTally tally = new();
    private readonly VersionSlots slots;
    private readonly TaskCompletionSource disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int reported;

    public LoadedVersion(
        ModelVersionId id,
        ArtifactDigest digest,
        string runtime,
        IModelRunner runner,
        Observation observation,
        int slots,
        ExecutionLimits limits,
        TimeProvider clock,
        ILogger logger
    )
    {
        this.runner = runner;
        this.logger = logger;
        Id = id;
        Digest = digest;
        Runtime = runtime;
        Asset = id.ToAsset();
        Observation = observation;
        Leases = new(() => ThreadPool.UnsafeQueueUserWorkItem(static v => v.DisposeNow(), this, preferLocal: false));
        this.slots = new(runner, observation, tally, slots);
        Executor = new(id, new(), this.slots, limits, clock);
        Tags =
        [
            .. Enum.GetValues<PredictionRoute>()
                .Select(r =>
                    new KeyValuePair<string, object?>[]
                    {
                        new("mlplatform.model.name", id.Name),
                        new("mlplatform.model.version", id.Version),
                        new("mlplatform.route", r.ToString()),
                    }
                ),
        ];
        ServingDiagnostics.Loaded[this] = 0;
    }

    public ModelVersionId Id { get; }

    /// <summary>The digest of its package's manifest.</summary>
    public ArtifactDigest Digest { get; }

    public AssetRef Asset { get; }

    /// <summary>The kind of the runtime that runs it.</summary>
    public string Runtime { get; }

    public BufferLayout Inputs => runner.Inputs;

    public BufferLayout Outputs => runner.Outputs;

    /// <summary>Whether requests differ in the shape of their rows; only those of one shape share slots and runs.</summary>
    public bool IsVariable => Inputs.IsVariable || Outputs.IsVariable;

    /// <summary>The size of its model's files.</summary>
    public long Bytes => runner.Bytes;

    public Observation Observation { get; }

    public LeaseCounter Leases { get; }

    /// <summary>Slots of one row.</summary>
    public SlotPool<Slot> Slots => slots.Singles;

    /// <summary>What runs its requests.</summary>
    public Executor Executor { get; }

    /// <summary>The tags of metrics by route, made once.</summary>
    public KeyValuePair<string, object?>[][] Tags { get; }

    /// <summary>Whether it has been the default version; one that was only a candidate is no way back.</summary>
    public bool HasServed { get; set; }

    /// <summary>Completes when the memory is given back.</summary>
    public Task Disposed => disposed.Task;

    /// <param name="rows">Rows of the request.</param>
    /// <param name="layout">The layout of its inputs, where it is not the version's own.</param>
    public Slot Rent(int rows, BufferLayout? layout = null) => slots.Rent(rows, layout);

    public void Return(Slot slot) => slots.Return(slot);

    /// <summary>What it has done since it was loaded.</summary>
    public ModelStatistics GetStatistics() => tally.Sum(Id) with { Pending = Executor.QueuedRequests };

    /// <summary>No new lease from now on.</summary>
    public void Retire() => Leases.Close();

    /// <summary>Ends its runs, where the runtime can: nobody waits for them any more.</summary>
    public void Stop()
    {
        if (!Leases.TryJoin())
        {
            return;
        }

        try
        {
            runner.Stop();
        }
        finally
        {
            Leases.Release();
        }
    }

    /// <summary>True the first time: what goes wrong on every call is logged once.</summary>
    public bool ShouldReport() => Interlocked.Exchange(ref reported, 1) == 0;

    private void DisposeNow()
    {
        ServingDiagnostics.Loaded.TryRemove(this, out _);
        try
        {
            slots.Clear();
            runner.Dispose();
        }
        catch (Exception e)
        {
            Log.DisposeFailed(logger, Id, e);
        }

        disposed.SetResult();
    }
}
