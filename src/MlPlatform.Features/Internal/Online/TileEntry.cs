using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>The tiles of one key, for each hop in order of start, and the events that came ahead of the clock.</summary>
internal sealed class TileEntry(TileLayout layout, long[][] starts, long[][] slots, long[] ahead) : OnlineEntry
{
    [ThreadStatic]
    private static long[]? scratch;

    public override int Size => 128 + (8 * (ahead.Length + starts.Sum(s => s.Length) + slots.Sum(s => s.Length)));

    public override bool Read(long now, FeatureValue[] row, out long eventMicros)
    {
        if (scratch is null || scratch.Length < layout.Width)
        {
            scratch = new long[layout.Width];
        }

        eventMicros = 0;
        for (var h = 0; h < layout.Hops.Length; h++)
        {
            var hop = layout.Hops[h];
            foreach (var window in hop.Windows)
            {
                var state = scratch.AsSpan(0, hop.Width);
                state.Clear();
                Collect(hop, starts[h], slots[h], hop.Floor(now - window), now, state);
                hop.Read(state, window, row);
                eventMicros = state[0] > 0 ? Math.Max(eventMicros, state[1]) : eventMicros;
            }
        }

        return true;
    }

    /// <summary>The same entry with some tiles replaced.</summary>
    public TileEntry With(IReadOnlyDictionary<(int Hop, long Start), long[]> changed, long[] newAhead, long now)
    {
        var newStarts = new long[starts.Length][];
        var newSlots = new long[starts.Length][];
        for (var h = 0; h < starts.Length; h++)
        {
            var width = layout.Hops[h].Width;
            var low = layout.Hops[h].Floor(now - layout.Hops[h].Longest);
            var tiles = new SortedDictionary<long, ReadOnlyMemory<long>>();
            for (var i = 0; i < starts[h].Length; i++)
            {
                tiles[starts[h][i]] = slots[h].AsMemory(i * width, width);
            }

            foreach (var ((hop, start), state) in changed)
            {
                if (hop == h)
                {
                    tiles[start] = state;
                }
            }

            var kept = tiles.Where(t => t.Key >= low).ToArray();
            newStarts[h] = Array.ConvertAll(kept, t => t.Key);
            newSlots[h] = new long[kept.Length * width];
            for (var i = 0; i < kept.Length; i++)
            {
                kept[i].Value.CopyTo(newSlots[h].AsMemory(i * width));
            }
        }

        return new(layout, newStarts, newSlots, newAhead);
    }

    private void Collect(HopLayout hop, long[] at, long[] tiles, long low, long now, Span<long> state)
    {
        var first = Array.BinarySearch(at, low);
        for (var i = first < 0 ? ~first : first; i < at.Length && at[i] < now; i++)
        {
            hop.Merge(state, tiles.AsSpan(i * hop.Width, hop.Width));
        }

        for (var e = 0; e < ahead.Length; e += layout.EventWidth)
        {
            if (ahead[e] > low && ahead[e] <= now)
            {
                RawEvent.Add(layout, hop, ahead.AsSpan(e, layout.EventWidth), state);
            }
        }
    }
}
