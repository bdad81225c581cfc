using Microsoft.Extensions.Options;

namespace MlPlatform.Monitoring.Internal;

/// <summary>Copies predictions into blocks on the caller's thread and hands full blocks on; see readme.md in this folder.</summary>
internal sealed class PredictionCapture(IOptions<MonitoringOptions> options)
{
    private const int Rounds = 64;

    private readonly int blockRows = options.Value.BlockRows;
    private readonly int bufferBlocks = options.Value.BufferBlocks;
    private readonly Queue<CaptureBlock> full = new(options.Value.BufferBlocks);
    private readonly Lock queueGate = new();
    private readonly Lock layoutGate = new();
    private volatile Dictionary<PredictionLayout, LayoutCapture> layouts = new(ReferenceEqualityComparer.Instance);
    private volatile LayoutCapture? last;
    private int inUse; // Layouts that share the buffers.

    /// <summary>All layouts seen so far.</summary>
    public IReadOnlyCollection<LayoutCapture> Layouts => layouts.Values;

    public void Observe(in PredictionRecord record)
    {
        var layout = last is { } l && ReferenceEquals(l.Layout, record.Layout) ? l : Resolve(record.Layout);
        if (record.Numeric.Length != layout.NumericWidth || record.Categories.Length != layout.CategoryWidth)
        {
            layout.CountDropped(); // Its columns cannot be told.
            return;
        }

        var stripes = layout.Stripes;
        var start = Environment.CurrentManagedThreadId;
        var spin = default(SpinWait);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < stripes.Length; i++)
            {
                var stripe = stripes[(start + i) & (stripes.Length - 1)];
                if (!stripe.TryEnter())
                {
                    continue;
                }

                bool open;
                try
                {
                    open = !stripe.Closed;
                    if (open)
                    {
                        Append(layout, stripe, record);
                    }
                }
                finally
                {
                    stripe.Exit();
                }

                if (open)
                {
                    return;
                }

                layout = Resolve(record.Layout); // Let go between the look and the entry: it gets new stripes.
                stripes = layout.Stripes;
                i = -1;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }

        layout.CountDropped();
    }

    /// <summary>Takes the blocks that are full, and with <paramref name="all"/> also those being filled: everything observed before the call.</summary>
    public void Drain(List<CaptureBlock> destination, bool all)
    {
        if (all)
        {
            foreach (var layout in layouts.Values)
            {
                foreach (var stripe in layout.Stripes)
                {
                    TakeCurrent(stripe);
                }
            }
        }

        lock (queueGate)
        {
            while (full.TryDequeue(out var block))
            {
                destination.Add(block);
            }
        }
    }

    /// <summary>Lets go of the layouts that have been idle for so many rounds, with their blocks: every load of a version brings one, and all share the buffers.</summary>
    public void RetireIdle(int rounds)
    {
        foreach (var layout in layouts.Values)
        {
            if (layout.CountIdle(ref inUse) < rounds)
            {
                continue;
            }

            lock (layoutGate)
            {
                var rest = new Dictionary<PredictionLayout, LayoutCapture>(layouts, ReferenceEqualityComparer.Instance);
                rest.Remove(layout.Layout);
                layouts = rest;
                last = null;
            }

            foreach (var stripe in layout.Stripes)
            {
                TakeCurrent(stripe, close: true); // A row may have come since the look: it goes into the queue.
            }

            layout.Close(ref inUse);
        }
    }

    private void TakeCurrent(CaptureStripe stripe, bool close = false)
    {
        var spin = default(SpinWait);
        while (!stripe.TryEnter())
        {
            spin.SpinOnce(); // Whoever is inside copies one row.
        }

        try
        {
            if (stripe.Current is { Count: > 0 } block)
            {
                stripe.Current = null;
                Enqueue(block);
            }

            stripe.Closed |= close;
        }
        finally
        {
            stripe.Exit();
        }
    }

    private void Append(LayoutCapture layout, CaptureStripe stripe, in PredictionRecord record)
    {
        var block = stripe.Current ??= layout.TryRent(bufferBlocks, ref inUse);
        if (block is null)
        {
            layout.CountDropped();
            return;
        }

        block.Append(record);
        if (block.IsFull)
        {
            stripe.Current = null;
            Enqueue(block);
        }
    }

    private void Enqueue(CaptureBlock block)
    {
        lock (queueGate)
        {
            full.Enqueue(block);
        }
    }

    private LayoutCapture Resolve(PredictionLayout layout)
    {
        if (!layouts.TryGetValue(layout, out var capture))
        {
            lock (layoutGate)
            {
                if (!layouts.TryGetValue(layout, out capture))
                {
                    capture = new(layout, blockRows);
                    layouts = new(layouts, ReferenceEqualityComparer.Instance) { [layout] = capture };
                }
            }
        }

        last = capture;
        return capture;
    }
}
