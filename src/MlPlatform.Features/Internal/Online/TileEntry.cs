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

    /// <summary>The events that came ahead of the clock.</summary>
    public ReadOnlySpan<long> Ahead => ahead;

    /// <summary>A copy of the tile of a hop that begins at a start; null when no event was in it.</summary>
    public long[]? CopyOf(int hop, long start)
    {
        var at = Array.BinarySearch(starts[hop], start);
        var width = layout.Hops[hop].Width;
        return at < 0 ? null : slots[hop].AsSpan(at * width, width).ToArray();
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
            var mine = changed.Where(c => c.Key.Hop == h && c.Key.Start >= low).OrderBy(c => c.Key.Start).ToArray();
            var first = Array.BinarySearch(starts[h], low);
            first = first < 0 ? ~first : first;
            var added = mine.Count(c => Array.BinarySearch(starts[h], c.Key.Start) < 0);
            newStarts[h] = new long[starts[h].Length - first + added];
            newSlots[h] = new long[newStarts[h].Length * width];
            for (int i = 0, next = 0; i < newStarts[h].Length; i++)
            {
                // Both are in order; of a tile that both have, the changed one counts.
                var replaced = next < mine.Length && (first == starts[h].Length || mine[next].Key.Start <= starts[h][first]);
                newStarts[h][i] = replaced ? mine[next].Key.Start : starts[h][first];
                var tile = replaced ? mine[next].Value : slots[h].AsSpan(first * width, width);
                tile.CopyTo(newSlots[h].AsSpan(i * width));
                first += first < starts[h].Length && starts[h][first] == newStarts[h][i] ? 1 : 0;
                next += replaced ? 1 : 0;
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
