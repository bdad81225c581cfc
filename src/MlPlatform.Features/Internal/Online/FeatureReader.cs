using System.Collections.Concurrent;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Online reads. When the cache holds all keys a read neither waits nor allocates, but for the records of transforms.</summary>
internal sealed class FeatureReader(FeatureRuntime runtime, IConsumptionRecorder consumption, IActorAccessor actors, Clocks clocks)
    : IFeatureReader
{
    private readonly ConcurrentDictionary<ServicePlan, ConcurrentBag<ReadBuffers>> pools = new();

    public async ValueTask<DataSchema> DescribeAsync(string service, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        return (await runtime.GetAsync(cancellationToken).ConfigureAwait(false)).Plan(service).Schema;
    }

    public async ValueTask<IReadOnlyList<IReadOnlyList<string>>> DescribeKeysAsync(
        string service,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        return (await runtime.GetAsync(cancellationToken).ConfigureAwait(false)).Plan(service).Keys;
    }

    public ValueTask ReadAsync(
        string service,
        IReadOnlyDictionary<string, FeatureValue> values,
        FeatureVector destination,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(destination);
        if (runtime.Current is not { } model)
        {
            return SlowAsync(service, values, destination, cancellationToken);
        }

        var plan = model.Plan(service);
        var pool = pools.GetOrAdd(plan, static _ => []);
        var buffers = pool.TryTake(out var used) ? used : new(plan);
        if (!TryFind(plan, values, buffers))
        {
            return SlowAsync(service, values, destination, cancellationToken);
        }

        Fill(plan, values, buffers, destination);
        pool.Add(buffers);
        return ValueTask.CompletedTask;
    }

    private async ValueTask SlowAsync(
        string service,
        IReadOnlyDictionary<string, FeatureValue> values,
        FeatureVector destination,
        CancellationToken cancellationToken
    )
    {
        var plan = (await runtime.GetAsync(cancellationToken).ConfigureAwait(false)).Plan(service);
        var buffers = new ReadBuffers(plan);
        for (var i = 0; i < plan.Reads.Length; i++)
        {
            var read = plan.Reads[i];
            if (read.View.IsStale)
            {
                await read.View.RefreshAsync(cancellationToken).ConfigureAwait(false);
            }

            if (KeyOf(plan, read, values) is { } key)
            {
                buffers.Entries[i] = read.View.Find(key) ?? await read.View.LoadAsync(key, cancellationToken).ConfigureAwait(false);
            }
        }

        Fill(plan, values, buffers, destination);
    }

    private static bool TryFind(ServicePlan plan, IReadOnlyDictionary<string, FeatureValue> values, ReadBuffers buffers)
    {
        Span<byte> key = stackalloc byte[256];
        for (var i = 0; i < plan.Reads.Length; i++)
        {
            var read = plan.Reads[i];
            if (read.View.IsStale)
            {
                return false;
            }

            buffers.Entries[i] = null;
            var length = 0;
            foreach (var column in read.Definition.Keys)
            {
                if (!values.TryGetValue(column.Name, out var value) || value.IsNull)
                {
                    length = -1;
                    break;
                }

                var written = EntityKey.Write(Conversion.To(value, column.Type, plan.Reference, column.Name), key[length..]);
                if (written == 0)
                {
                    return false; // Longer than the buffer: the slow way has room.
                }

                length += written;
            }

            if (length >= 0 && (buffers.Entries[i] = read.View.Find(key[..length])) is null)
            {
                return false;
            }
        }

        return true;
    }

    private static byte[]? KeyOf(ServicePlan plan, ViewRead read, IReadOnlyDictionary<string, FeatureValue> values)
    {
        var keys = read.Definition.Keys;
        var row = Array.ConvertAll(
            keys,
            c => values.TryGetValue(c.Name, out var v) ? Conversion.To(v, c.Type, plan.Reference, c.Name) : default
        );
        return EntityKey.Of(row, [.. Enumerable.Range(0, keys.Length)]);
    }

    private void Fill(ServicePlan plan, IReadOnlyDictionary<string, FeatureValue> values, ReadBuffers buffers, FeatureVector destination)
    {
        var now = clocks.Platform.NowMicros();
        destination.Reset(plan.Schema);
        for (var i = 0; i < plan.Reads.Length; i++)
        {
            buffers.Found[i] = FillView(plan.Reads[i], buffers.Entries[i], buffers.Rows[i], now, destination);
        }

        for (var i = 0; i < plan.Transforms.Length; i++)
        {
            FillTransform(plan, i, values, buffers, now, destination);
        }

        foreach (var (column, target) in plan.Requests)
        {
            if (values.TryGetValue(column.Name, out var value))
            {
                destination[target] = Cell(Conversion.To(value, column.Type, plan.Reference, column.Name), now);
            }
        }

        consumption.Record(actors.Current, plan.Asset, "online");
    }

    private static bool FillView(ViewRead read, OnlineEntry? entry, FeatureValue[] row, long now, FeatureVector destination)
    {
        if (entry is null || !entry.Read(now, row, out var eventMicros))
        {
            return false;
        }

        var ttl = read.Definition.TimeToLive.Ticks / TimeSpan.TicksPerMicrosecond;
        var expired = ttl > 0 && now - eventMicros > ttl;
        for (var f = 0; f < read.Features.Length; f++)
        {
            destination[read.Targets[f]] = expired
                ? new(FeatureValue.Null, FeatureStatus.OutsideMaxAge, eventMicros)
                : Cell(row[read.Features[f]], eventMicros);
        }

        return !expired;
    }

    private static void FillTransform(
        ServicePlan plan,
        int index,
        IReadOnlyDictionary<string, FeatureValue> values,
        ReadBuffers buffers,
        long now,
        FeatureVector destination
    )
    {
        var run = plan.Transforms[index];
        var request = buffers.Requests[index];
        for (var i = 0; i < request.Length; i++)
        {
            var column = run.Definition.Request.Columns[i];
            request[i] = values.TryGetValue(column.Name, out var value)
                ? Conversion.To(value, column.Type, plan.Reference, column.Name)
                : default;
        }

        if (!run.IsComplete(request))
        {
            return;
        }

        var output = buffers.Outputs[index];
        run.Run(request, run.Read >= 0 && buffers.Found[run.Read] ? buffers.Rows[run.Read] : null, output, null);
        for (var f = 0; f < run.Features.Length; f++)
        {
            destination[run.Targets[f]] = Cell(output[run.Features[f]], now);
        }
    }

    private static FeatureCell Cell(FeatureValue value, long eventMicros) =>
        new(value, value.IsNull ? FeatureStatus.NullValue : FeatureStatus.Present, eventMicros);
}
