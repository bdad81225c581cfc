using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Runs copies of requests on a candidate, in one worker behind a bounded queue: when it is slow, copies are dropped and counted.</summary>
/// <remarks>The caller's thread only copies the request's values; nothing of the candidate's can hold it up.</remarks>
internal sealed class ShadowLane<TIn, TOut>
{
    private readonly BoundVersion<TIn, TOut> bound;
    private readonly FeatureSource<TIn>? features;
    private readonly PredictionSink sink;
    private readonly TrafficCounter counter;
    private readonly ILogger logger;
    private readonly int capacity;
    private readonly long salt;
    private readonly SlotPool<RequestBuffer> buffers;
    private readonly Channel<ShadowItem> queue;
    private readonly Task worker;

    public ShadowLane(
        BoundVersion<TIn, TOut> bound,
        FeatureSource<TIn>? features,
        PredictionSink sink,
        StepCounters counters,
        long salt,
        int capacity,
        ILogger logger
    )
    {
        this.bound = bound;
        this.features = features;
        this.sink = sink;
        this.capacity = capacity;
        this.logger = logger;
        Counters = counters;
        counter = counters.Candidate;
        this.salt = salt;
        buffers = new(Math.Min(capacity, 64), () => new(bound.Version.Inputs, 1));
        queue = Channel.CreateBounded<ShadowItem>(new BoundedChannelOptions(capacity) { SingleReader = true });
        worker = Task.Run(WorkAsync);
    }

    public StepCounters Counters { get; }

    public LoadedVersion Version => bound.Version;

    /// <summary>Copies a request that was answered. Never waits.</summary>
    public void Offer(TIn input, FeatureVector? vector, in PredictCall call)
    {
        if (queue.Reader.Count >= capacity)
        {
            ServingDiagnostics.ShadowDrops.Add(1, Version.Tags[(int)PredictionRoute.Shadow]);
            return;
        }

        RequestBuffer? buffer = null;
        FeatureRequest? request = null;
        try
        {
            var rows = bound.Rows?.Invoke(input) ?? 1;
            var layout = bound.Layout?.Invoke(input) ?? Version.Inputs;
            buffer = rows == 1 && layout == Version.Inputs ? buffers.Rent() : new(layout, rows);
            bound.Write(input, buffer, 0);
            if (vector is not null)
            {
                bound.Features?.Write(vector, buffer);
            }
            else if (bound.Features is not null)
            {
                request = features!.Rent(input); // The default version needs no features: the worker reads them.
            }
        }
        catch (Exception e)
        {
            if (e is PredictionInputException)
            {
                counter.Count(0, isError: true); // The default version took the same request.
            }

            Return(buffer, null);
            Failed(e);
            return;
        }

        if (!queue.Writer.TryWrite(new(buffer, request, call with { Id = ShadowId(call.Id) }, null)))
        {
            ServingDiagnostics.ShadowDrops.Add(1, Version.Tags[(int)PredictionRoute.Shadow]);
            Return(buffer, request);
        }
    }

    /// <summary>Completes when the copies taken before are worked on.</summary>
    public Task DrainAsync()
    {
        var marker = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return queue.Writer.TryWrite(new(null, null, default, marker)) ? Task.WhenAny(marker.Task, worker) : Task.CompletedTask;
    }

    /// <summary>Takes no more copies.</summary>
    public void Close() => queue.Writer.TryComplete();

    private async Task WorkAsync()
    {
        await foreach (var item in queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (item.Inputs is null)
            {
                item.Marker!.SetResult();
                continue;
            }

            if (!Version.Leases.TryAcquire())
            {
                Return(item.Inputs, item.Features);
                continue; // Retired meanwhile.
            }

            try
            {
                await RunAsync(item).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Failed(e);
            }
            finally
            {
                Version.Leases.Release();
                Return(item.Inputs, item.Features);
            }
        }

        buffers.Clear();
    }

    private async Task RunAsync(ShadowItem item)
    {
        if (item.Features is { } request)
        {
            await features!.ReadAsync(request, CancellationToken.None).ConfigureAwait(false);
            bound.Features!.Write(request.Vector, item.Inputs!);
        }

        var slot = Version.Rent(item.Inputs!.Rows, item.Inputs.Layout);
        try
        {
            item.Inputs.CopyRowsTo(slot.Inputs, 0, 0, item.Inputs.Rows);
            sink.Run(Version, slot, PredictionRoute.Shadow, counter);
            sink.Answered(Version, slot, item.Call, PredictionRoute.Shadow, counter);
        }
        catch
        {
            slot.Dispose();
            throw;
        }

        Version.Return(slot);
    }

    private void Return(RequestBuffer? buffer, FeatureRequest? request)
    {
        if (buffer is { Rows: 1 } && buffer.Layout == Version.Inputs)
        {
            buffers.Return(buffer);
        }
        else
        {
            buffer?.Dispose();
        }

        if (request is not null)
        {
            features!.Return(request);
        }
    }

    private void Failed(Exception exception)
    {
        if (Version.ShouldReport())
        {
            Log.ShadowFailed(logger, Version.Id, exception);
        }
    }

    /// <summary>Another id for the copy, the same again in a replay; the time at its front stays.</summary>
    private PredictionId ShadowId(PredictionId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.Value.TryWriteBytes(bytes, bigEndian: true, out _);
        var tail = bytes[9..];
        for (var i = 0; i < tail.Length; i++)
        {
            tail[i] ^= (byte)(salt >> (8 * i));
        }

        return new(new Guid(bytes, bigEndian: true));
    }
}
