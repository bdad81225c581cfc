using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>A mergeable part of a tile's state over one input: some 64-bit slots from <see cref="Offset"/> on. All zero is empty.</summary>
/// <remarks>Merging is commutative and associative up to rounding, so a late event changes its own tile only.</remarks>
internal sealed record Accumulator(AccumulatorKind Kind, int Input, DataType Type, int Offset)
{
    public int Width =>
        Kind switch
        {
            AccumulatorKind.Count or AccumulatorKind.Sum => 1,
            AccumulatorKind.Moments => 3,
            AccumulatorKind.Min or AccumulatorKind.Max => 2,
            _ => 5,
        };

    private bool IsFloat => Type is DataType.Float32 or DataType.Float64;

    /// <summary>Adds a value that is not null.</summary>
    public void Add(Span<long> tile, long bits, RowStamp stamp)
    {
        var slots = tile.Slice(Offset, Width);
        switch (Kind)
        {
            case AccumulatorKind.Count:
                slots[0]++;
                break;
            case AccumulatorKind.Sum:
                slots[0] = Bits(Number(slots[0]) + ToNumber(bits));
                break;
            case AccumulatorKind.Moments:
                Combine(slots, [1, Bits(ToNumber(bits)), 0]);
                break;
            case AccumulatorKind.Min or AccumulatorKind.Max:
                Extreme(slots, [1, bits]);
                break;
            default:
                Outer(slots, [1, stamp.EventMicros, stamp.CreatedMicros ?? long.MinValue, stamp.Sequence, bits]);
                break;
        }
    }

    /// <summary>Merges the same part of another tile.</summary>
    public void Merge(Span<long> into, ReadOnlySpan<long> from)
    {
        var slots = into.Slice(Offset, Width);
        var other = from.Slice(Offset, Width);
        switch (Kind)
        {
            case AccumulatorKind.Count:
                slots[0] += other[0];
                break;
            case AccumulatorKind.Sum:
                slots[0] = Bits(Number(slots[0]) + Number(other[0]));
                break;
            case AccumulatorKind.Moments:
                Combine(slots, other);
                break;
            case AccumulatorKind.Min or AccumulatorKind.Max:
                Extreme(slots, other);
                break;
            default:
                Outer(slots, other);
                break;
        }
    }

    /// <summary>The bits in which a value of a fixed width is kept: a double's for floats, else the integer.</summary>
    public static long ToBits(FeatureValue value) =>
        value.Type is DataType.Float32 or DataType.Float64 ? Bits(value.ToDouble()) : value.ToInt64();

    public static FeatureValue FromBits(long bits, DataType type) =>
        type switch
        {
            DataType.Bool => FeatureValue.Of(bits != 0),
            DataType.Int32 => FeatureValue.Of((int)bits),
            DataType.Int64 => FeatureValue.Of(bits),
            DataType.Float32 => FeatureValue.Of((float)Number(bits)),
            DataType.Timestamp => FeatureValue.OfTimestamp(bits),
            _ => FeatureValue.Of(Number(bits)),
        };

    public static double Number(long bits) => BitConverter.Int64BitsToDouble(bits);

    private static long Bits(double number) => BitConverter.DoubleToInt64Bits(number);

    private double ToNumber(long bits) => IsFloat ? Number(bits) : bits;

    private static void Combine(Span<long> slots, ReadOnlySpan<long> other)
    {
        if (other[0] == 0)
        {
            return;
        }

        if (slots[0] == 0)
        {
            other.CopyTo(slots);
            return;
        }

        double n = slots[0] + other[0];
        var delta = Number(other[1]) - Number(slots[1]);
        var spread = Number(slots[2]) + Number(other[2]) + (delta * delta * slots[0] * other[0] / n);
        slots[1] = Bits(Number(slots[1]) + (delta * other[0] / n));
        slots[2] = Bits(spread);
        slots[0] += other[0];
    }

    private void Extreme(Span<long> slots, ReadOnlySpan<long> other)
    {
        if (
            other[0] != 0
            && (slots[0] == 0 || (Kind == AccumulatorKind.Min ? Compare(other[1], slots[1]) < 0 : Compare(other[1], slots[1]) > 0))
        )
        {
            other.CopyTo(slots);
        }
    }

    // NaN orders above all numbers, as in the offline engine.
    private int Compare(long a, long b)
    {
        if (!IsFloat)
        {
            return a.CompareTo(b);
        }

        var (x, y) = (Number(a), Number(b));
        return double.IsNaN(x) || double.IsNaN(y) ? double.IsNaN(x).CompareTo(double.IsNaN(y)) : x.CompareTo(y);
    }

    private void Outer(Span<long> slots, ReadOnlySpan<long> other)
    {
        if (other[0] == 0)
        {
            return;
        }

        var order = slots[0] == 0 ? 0 : slots[1..4].SequenceCompareTo(other[1..4]);
        if (slots[0] == 0 || (Kind == AccumulatorKind.First ? order > 0 : order < 0))
        {
            other.CopyTo(slots);
        }
    }
}
