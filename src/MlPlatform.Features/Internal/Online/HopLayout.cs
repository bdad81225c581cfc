namespace MlPlatform.Features.Internal;

/// <summary>The tiles of one hop: which state a tile keeps, and which features are read from it.</summary>
/// <remarks>
/// A tile covers <c>(start, start + hop]</c>, so that the tiles above <c>floor_hop(t - window)</c> are exactly the events of a window. Slot 0 counts
/// its events, slot 1 is the newest event time, then come the accumulators.
/// </remarks>
internal sealed class HopLayout
{
    private readonly Accumulator[] accumulators;
    private readonly (TileFeature Feature, Accumulator? Count, Accumulator? Value)[] features;

    public HopLayout(long hop, IEnumerable<TileFeature> all)
    {
        Hop = hop;
        var parts = new List<Accumulator>();
        Width = 2;
        features = [.. all.Select(f => (f, Need(f, Counter(f)), Need(f, Valuer(f))))];
        accumulators = [.. parts];
        Windows = [.. features.Select(f => f.Feature.Window).Distinct().Order()];
        Longest = Windows[^1];

        Accumulator? Need(TileFeature feature, AccumulatorKind? kind)
        {
            if (kind is not { } wanted)
            {
                return null;
            }

            var found = parts.Find(p => p.Kind == wanted && p.Input == feature.Input);
            if (found is null)
            {
                parts.Add(found = new(wanted, feature.Input, feature.InputType, Width));
                Width += found.Width;
            }

            return found;
        }
    }

    public long Hop { get; }

    /// <summary>The 64-bit slots of a tile.</summary>
    public int Width { get; private set; }

    public long[] Windows { get; }

    public long Longest { get; }

    /// <summary>The greatest multiple of the hop that is not above a time, before the epoch too.</summary>
    public long Floor(long micros)
    {
        var rest = micros % Hop;
        return micros - rest - (rest < 0 ? Hop : 0);
    }

    /// <summary>The start of the tile that holds an event.</summary>
    public long StartOf(long eventMicros) => Floor(eventMicros - 1);

    public void Add(Span<long> tile, ReadOnlySpan<long> nulls, ReadOnlySpan<long> bits, RowStamp stamp)
    {
        tile[1] = tile[0] == 0 ? stamp.EventMicros : Math.Max(tile[1], stamp.EventMicros);
        tile[0]++;
        foreach (var part in accumulators)
        {
            if (nulls[part.Input] == 0)
            {
                part.Add(tile, bits[part.Input], stamp);
            }
        }
    }

    public void Merge(Span<long> into, ReadOnlySpan<long> from)
    {
        if (from[0] == 0)
        {
            return;
        }

        into[1] = into[0] == 0 ? from[1] : Math.Max(into[1], from[1]);
        into[0] += from[0];
        foreach (var part in accumulators)
        {
            part.Merge(into, from);
        }
    }

    /// <summary>Writes the features of one window.</summary>
    public void Read(ReadOnlySpan<long> state, long window, Core.FeatureValue[] row)
    {
        foreach (var (feature, count, value) in features)
        {
            if (feature.Window == window)
            {
                row[feature.Target] = Result(feature, state, count, value);
            }
        }
    }

    private static Core.FeatureValue Result(TileFeature feature, ReadOnlySpan<long> state, Accumulator? count, Accumulator? value) =>
        feature.Function switch
        {
            AggregateFunction.Count => Core.FeatureValue.Of(count is null ? state[0] : state[count.Offset]),
            AggregateFunction.Sum when state[count!.Offset] > 0 => Core.FeatureValue.Of(Accumulator.Number(state[value!.Offset])),
            AggregateFunction.Mean when state[count!.Offset] > 0 => Core.FeatureValue.Of(
                Accumulator.Number(state[value!.Offset]) / state[count.Offset]
            ),
            AggregateFunction.Variance when state[value!.Offset] > 1 => Core.FeatureValue.Of(Variance(state[value.Offset..])),
            AggregateFunction.StdDev when state[value!.Offset] > 1 => Core.FeatureValue.Of(Math.Sqrt(Variance(state[value.Offset..]))),
            AggregateFunction.Min or AggregateFunction.Max when state[value!.Offset] != 0 => Accumulator.FromBits(
                state[value.Offset + 1],
                feature.InputType
            ),
            AggregateFunction.First or AggregateFunction.Last when state[value!.Offset] != 0 => Accumulator.FromBits(
                state[value.Offset + 4],
                feature.InputType
            ),
            _ => Core.FeatureValue.Null,
        };

    private static double Variance(ReadOnlySpan<long> moments) => Accumulator.Number(moments[2]) / (moments[0] - 1);

    private static AccumulatorKind? Counter(TileFeature feature) =>
        feature.Function is AggregateFunction.Sum or AggregateFunction.Mean
        || (feature.Function == AggregateFunction.Count && feature.Input >= 0)
            ? AccumulatorKind.Count
            : null;

    private static AccumulatorKind? Valuer(TileFeature feature) =>
        feature.Function switch
        {
            AggregateFunction.Sum or AggregateFunction.Mean => AccumulatorKind.Sum,
            AggregateFunction.Variance or AggregateFunction.StdDev => AccumulatorKind.Moments,
            AggregateFunction.Min => AccumulatorKind.Min,
            AggregateFunction.Max => AccumulatorKind.Max,
            AggregateFunction.First => AccumulatorKind.First,
            AggregateFunction.Last => AccumulatorKind.Last,
            _ => null,
        };
}
