using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace MlPlatform.Core.Internal;

internal sealed class ConsumptionRecorder(IMetadataDatabase database, Clocks clocks) : IConsumptionRecorder
{
    private const int MaximumKeys = 10_000;
    private const long Closed = long.MinValue / 2;
    private readonly ConcurrentDictionary<(Actor Caller, AssetRef Asset, string Mode), Counter> counters = new();

    /// <summary>What this thread counted last: a caller that asks the same again and again need not be looked up by its texts.</summary>
    [ThreadStatic]
    private static Counter? recent;

    private readonly object identity = new(); // What a thread remembers must not keep a recorder alive that is gone.
    private long dropped;
    private long coveredFrom = clocks.Work.NowMicros();

    public void Record(Actor caller, AssetRef asset, string mode, long count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (recent is { } last && last.IsOf(identity, caller, asset, mode) && Interlocked.Add(ref last.Count, count) > 0)
        {
            return;
        }

        var key = (caller, asset, mode);
        while (true)
        {
            if (!counters.TryGetValue(key, out var counter))
            {
                if (counters.Count >= MaximumKeys)
                {
                    Interlocked.Add(ref dropped, count);
                    CoreDiagnostics.ConsumptionDropped.Add(count);
                    return;
                }

                counter = counters.GetOrAdd(key, static (k, self) => new(self, k.Caller, k.Asset, k.Mode), identity);
            }

            if (Interlocked.Add(ref counter.Count, count) > 0)
            {
                recent = counter;
                return;
            }

            counters.TryRemove(KeyValuePair.Create(key, counter)); // Closed by a flush: count anew.
        }
    }

    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        var taken = new List<(Actor Caller, AssetRef Asset, string Mode, long Count)>();
        foreach (var (key, counter) in counters)
        {
            var count = Take(counter);
            if (count > 0)
            {
                taken.Add((key.Caller, key.Asset, key.Mode, count));
            }
            else if (Interlocked.CompareExchange(ref counter.Count, Closed, 0) == 0)
            {
                counters.TryRemove(KeyValuePair.Create(key, counter)); // Idle since the flush before: callers that come and go must not fill the table.
            }
        }

        var lost = Interlocked.Exchange(ref dropped, 0);
        if (taken.Count == 0 && lost == 0)
        {
            return;
        }

        var until = clocks.Work.NowMicros();
        try
        {
            await WriteAsync(taken, lost, until, cancellationToken).ConfigureAwait(false);
            coveredFrom = until;
        }
        catch
        {
            taken.ForEach(t => Record(t.Caller, t.Asset, t.Mode, t.Count));
            Interlocked.Add(ref dropped, lost);
            throw;
        }
    }

    /// <summary>What was counted; nothing when the counter is closed, which must stay so.</summary>
    private static long Take(Counter counter)
    {
        while (true)
        {
            var count = Volatile.Read(ref counter.Count);
            if (count <= 0 || Interlocked.CompareExchange(ref counter.Count, 0, count) == count)
            {
                return Math.Max(0, count);
            }
        }
    }

    private Task WriteAsync(
        List<(Actor Caller, AssetRef Asset, string Mode, long Count)> taken,
        long lost,
        long until,
        CancellationToken cancellationToken
    ) =>
        database.WriteAsync(
            Durability.Process,
            work =>
            {
                foreach (var (caller, asset, mode, count) in taken)
                {
                    var type = asset.Kind is AssetKind.View or AssetKind.Service or AssetKind.Feature
                        ? EventTypes.FeatureRead
                        : EventTypes.ConsumerSeen;
                    work.Append(
                        new(type, asset)
                        {
                            Actor = caller,
                            Related = [new(AssetKind.Consumer, caller.ToString())],
                            Payload = new JsonObject { ["mode"] = mode, ["count"] = count },
                        }
                    );
                }

                work.Append(
                    new(EventTypes.RecorderCoverage, new(AssetKind.Consumer, "recorder"))
                    {
                        Payload = new JsonObject
                        {
                            ["recorder"] = "consumption",
                            ["from"] = coveredFrom,
                            ["to"] = until,
                            ["dropped"] = lost,
                        },
                    }
                );
                return Task.CompletedTask;
            },
            cancellationToken
        );

    private sealed class Counter(object owner, Actor caller, AssetRef asset, string mode)
    {
        public long Count;

        /// <summary>Whether it counts for these objects; equal ones that are others are looked up.</summary>
        public bool IsOf(object recorder, Actor by, AssetRef of, string how) =>
            ReferenceEquals(owner, recorder) && ReferenceEquals(caller, by) && ReferenceEquals(asset, of) && ReferenceEquals(mode, how);
    }
}
