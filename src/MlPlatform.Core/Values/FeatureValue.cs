using System.Globalization;

namespace MlPlatform.Core;

/// <summary>One scalar value of a feature, key or request column, without boxing numbers.</summary>
/// <remarks>The default value is null. Timestamps are stored as microseconds (<see cref="StoredTime"/>). Equality is by type and content; floats compare bitwise.</remarks>
public readonly struct FeatureValue : IEquatable<FeatureValue>
{
    private readonly long bits;
    private readonly object? reference;
    private readonly byte tag; // 0 = null, else DataType + 1

    private FeatureValue(DataType type, long bits, object? reference)
    {
        tag = (byte)((int)type + 1);
        this.bits = bits;
        this.reference = reference;
    }

    /// <summary>The missing value.</summary>
    public static FeatureValue Null => default;

    /// <summary>Whether the value is missing.</summary>
    public bool IsNull => tag == 0;

    /// <summary>The type; meaningless when <see cref="IsNull"/>.</summary>
    public DataType Type => (DataType)(tag - 1);

    /// <summary>A bool.</summary>
    public static FeatureValue Of(bool value) => new(DataType.Bool, value ? 1 : 0, null);

    /// <summary>A 32-bit integer.</summary>
    public static FeatureValue Of(int value) => new(DataType.Int32, value, null);

    /// <summary>A 64-bit integer.</summary>
    public static FeatureValue Of(long value) => new(DataType.Int64, value, null);

    /// <summary>A 32-bit float. NaN is a value, not null.</summary>
    public static FeatureValue Of(float value) => new(DataType.Float32, BitConverter.SingleToInt32Bits(value), null);

    /// <summary>A 64-bit float. NaN is a value, not null.</summary>
    public static FeatureValue Of(double value) => new(DataType.Float64, BitConverter.DoubleToInt64Bits(value), null);

    /// <summary>A string, or null.</summary>
    public static FeatureValue Of(string? value) => value is null ? default : new(DataType.String, 0, value);

    /// <summary>An instant, floored to the microsecond.</summary>
    public static FeatureValue Of(DateTimeOffset value) => new(DataType.Timestamp, StoredTime.ToMicros(value), null);

    /// <summary>An instant in stored form.</summary>
    public static FeatureValue OfTimestamp(long micros) => new(DataType.Timestamp, micros, null);

    /// <summary>A UUID.</summary>
    public static FeatureValue Of(Guid value) => new(DataType.Uuid, 0, value);

    /// <summary>Bytes, or null. The array is not copied.</summary>
    public static FeatureValue Of(byte[]? value) => value is null ? default : new(DataType.Bytes, 0, value);

    /// <summary>Wraps a boxed value of a supported CLR type; null becomes <see cref="Null"/>.</summary>
    /// <exception cref="ArgumentException">The CLR type has no column type.</exception>
    public static FeatureValue FromObject(object? value) =>
        value switch
        {
            null or DBNull => default,
            bool v => Of(v),
            sbyte v => Of((int)v),
            byte v => Of((int)v),
            short v => Of((int)v),
            ushort v => Of((int)v),
            int v => Of(v),
            uint v => Of((long)v),
            long v => Of(v),
            float v => Of(v),
            double v => Of(v),
            decimal v => Of((double)v),
            string v => Of(v),
            DateTimeOffset v => Of(v),
            DateTime v => Of(
                new DateTimeOffset(v.Kind == DateTimeKind.Local ? v.ToUniversalTime() : DateTime.SpecifyKind(v, DateTimeKind.Utc))
            ),
            Guid v => Of(v),
            byte[] v => Of(v),
            FeatureValue v => v,
            _ => throw new ArgumentException($"A value of type {value.GetType()} cannot be a feature value.", nameof(value)),
        };

    /// <summary>The value as a CLR object: bool, int, long, float, double, string, byte[], <see cref="DateTimeOffset"/>, <see cref="Guid"/>, or null.</summary>
    public object? ToObject() =>
        IsNull
            ? null
            : Type switch
            {
                DataType.Bool => bits != 0,
                DataType.Int32 => (int)bits,
                DataType.Int64 => bits,
                DataType.Float32 => BitConverter.Int32BitsToSingle((int)bits),
                DataType.Float64 => BitConverter.Int64BitsToDouble(bits),
                DataType.Timestamp => StoredTime.FromMicros(bits),
                _ => reference,
            };

    /// <summary>The value as a double: numbers and bools convert, timestamps give microseconds, null and text give NaN.</summary>
    public double ToDouble() =>
        IsNull
            ? double.NaN
            : Type switch
            {
                DataType.Float32 => BitConverter.Int32BitsToSingle((int)bits),
                DataType.Float64 => BitConverter.Int64BitsToDouble(bits),
                DataType.Bool or DataType.Int32 or DataType.Int64 or DataType.Timestamp => bits,
                _ => double.NaN,
            };

    /// <summary>The integer, bool (0 or 1) or timestamp (microseconds) held; 0 for other types.</summary>
    public long ToInt64() => !IsNull && Type is DataType.Bool or DataType.Int32 or DataType.Int64 or DataType.Timestamp ? bits : 0;

    /// <summary>The text held, or null.</summary>
    public string? AsString() => reference as string;

    /// <summary>The bytes held, or null.</summary>
    public byte[]? AsBytes() => reference as byte[];

    /// <inheritdoc/>
    public bool Equals(FeatureValue other) =>
        tag == other.tag
        && bits == other.bits
        && (reference is byte[] a && other.reference is byte[] b ? a.AsSpan().SequenceEqual(b) : Equals(reference, other.reference));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FeatureValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(tag, bits, reference is byte[] b ? b.Length : reference?.GetHashCode() ?? 0);

    /// <inheritdoc/>
    public override string ToString() => Convert.ToString(ToObject(), CultureInfo.InvariantCulture) ?? "null";

    /// <summary>Whether two values are equal.</summary>
    public static bool operator ==(FeatureValue left, FeatureValue right) => left.Equals(right);

    /// <summary>Whether two values differ.</summary>
    public static bool operator !=(FeatureValue left, FeatureValue right) => !left.Equals(right);
}
