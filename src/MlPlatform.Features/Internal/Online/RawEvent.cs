namespace MlPlatform.Features.Internal;

/// <summary>An event as 64-bit slots: event time, created time (the least for none), sequence, nulls of the inputs, bits of the inputs.</summary>
internal static class RawEvent
{
    public static long[] Of(TileLayout layout, StoredRow row, int[] inputs)
    {
        var slots = new long[layout.EventWidth];
        slots[0] = row.Stamp.EventMicros;
        slots[1] = row.Stamp.CreatedMicros ?? long.MinValue;
        slots[2] = row.Stamp.Sequence;
        for (var i = 0; i < inputs.Length; i++)
        {
            var value = row.Values[inputs[i]];
            slots[3 + i] = value.IsNull ? 1 : 0;
            slots[3 + inputs.Length + i] = value.IsNull ? 0 : Accumulator.ToBits(value);
        }

        return slots;
    }

    public static void Add(TileLayout layout, HopLayout hop, ReadOnlySpan<long> raw, Span<long> tile)
    {
        var stamp = new RowStamp(raw[0], raw[1] == long.MinValue ? null : raw[1], raw[2]);
        hop.Add(tile, raw.Slice(3, layout.Inputs), raw.Slice(3 + layout.Inputs, layout.Inputs), stamp);
    }
}
