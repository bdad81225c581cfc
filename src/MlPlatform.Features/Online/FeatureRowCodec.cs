using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using MlPlatform.Core;

namespace MlPlatform.Features;

/// <summary>Packs a feature row into bytes whose first 24 order like the winner rule, and reads them back.</summary>
/// <remarks>Immutable, so safe for concurrent use. The layout is part of the storage format: a change needs a new format version.</remarks>
public sealed class FeatureRowCodec
{
    /// <summary>The bytes at the start of a row that order it.</summary>
    public const int PrefixLength = 24;

    private const int HeaderLength = 32;
    private const ulong SignBit = 1UL << 63;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly DataColumn[] columns;
    private readonly int[] offsets;
    private readonly int tailStart;

    /// <summary>Makes the codec of a schema.</summary>
    /// <param name="schema">The features in stored order.</param>
    /// <exception cref="ArgumentException">A column has a type that a row cannot hold.</exception>
    public FeatureRowCodec(DataSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(schema.Columns.Count, ushort.MaxValue);
        Schema = schema;
        columns = [.. schema.Columns];
        offsets = new int[columns.Length];
        var at = HeaderLength + ((columns.Length + 7) / 8);
        for (var i = 0; i < columns.Length; i++)
        {
            offsets[i] = at;
            at += Width(columns[i]);
        }

        tailStart = at;
        var text = string.Join(',', columns.Select(c => $"{c.Name}:{c.Type.ToString().ToLowerInvariant()}"));
        Fingerprint = XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The features in stored order.</summary>
    public DataSchema Schema { get; }

    /// <summary>XxHash32 of the names, types and order of the schema; a row of another schema is refused.</summary>
    public uint Fingerprint { get; }

    /// <summary>Packs one row.</summary>
    /// <param name="stamp">Its order.</param>
    /// <param name="values">One value a column; a null value or a value of the column's type.</param>
    /// <param name="tombstone">Whether the row says that the entity was deleted.</param>
    /// <exception cref="ArgumentException">The number or the type of the values does not fit the schema.</exception>
    public byte[] Encode(RowStamp stamp, ReadOnlySpan<FeatureValue> values, bool tombstone = false)
    {
        if (values.Length != columns.Length)
        {
            throw new ArgumentException($"{columns.Length} values were expected, not {values.Length}.", nameof(values));
        }

        var tails = new byte[]?[columns.Length];
        var length = tailStart;
        for (var i = 0; i < columns.Length; i++)
        {
            if (values[i].IsNull)
            {
                continue;
            }

            if (values[i].Type != columns[i].Type)
            {
                throw new ArgumentException($"Column '{columns[i].Name}' holds {columns[i].Type}, not {values[i].Type}.", nameof(values));
            }

            tails[i] = columns[i].Type switch
            {
                DataType.String => Utf8.GetBytes(values[i].AsString()!),
                DataType.Bytes => values[i].AsBytes(),
                _ => null,
            };
            length = checked(length + (tails[i]?.Length ?? 0));
        }

        var row = new byte[length];
        WriteHeader(row, stamp, tombstone, length > tailStart);
        var tail = tailStart;
        for (var i = 0; i < columns.Length; i++)
        {
            if (values[i].IsNull)
            {
                row[HeaderLength + (i >> 3)] |= (byte)(1 << (i & 7));
                continue;
            }

            var slot = row.AsSpan(offsets[i], Width(columns[i]));
            if (tails[i] is { } bytes)
            {
                BinaryPrimitives.WriteInt32LittleEndian(slot, tail);
                BinaryPrimitives.WriteInt32LittleEndian(slot[4..], bytes.Length);
                bytes.CopyTo(row, tail);
                tail += bytes.Length;
                continue;
            }

            WriteFixed(slot, values[i]);
        }

        return row;
    }

    /// <summary>Reads the order of a row.</summary>
    /// <param name="row">The stored bytes.</param>
    /// <exception cref="CorruptFeatureRowException">The bytes are too short.</exception>
    public static RowStamp ReadStamp(ReadOnlySpan<byte> row)
    {
        if (row.Length < HeaderLength)
        {
            throw new CorruptFeatureRowException($"{row.Length} bytes are less than a header.");
        }

        var created = BinaryPrimitives.ReadUInt64BigEndian(row[8..]);
        return new(
            (long)(BinaryPrimitives.ReadUInt64BigEndian(row) ^ SignBit),
            created == 0 ? null : (long)(created ^ SignBit),
            (long)(BinaryPrimitives.ReadUInt64BigEndian(row[16..]) ^ SignBit)
        );
    }

    /// <summary>Unpacks a row.</summary>
    /// <param name="row">The stored bytes.</param>
    /// <param name="destination">Receives one value a column.</param>
    /// <returns>False for a tombstone, whose values are all null.</returns>
    /// <exception cref="CorruptFeatureRowException">The bytes are not a row of this schema.</exception>
    public bool Decode(ReadOnlySpan<byte> row, Span<FeatureValue> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, columns.Length);
        _ = ReadStamp(row);
        CheckHeader(row);
        for (var i = 0; i < columns.Length; i++)
        {
            var isNull = (row[HeaderLength + (i >> 3)] & (1 << (i & 7))) != 0;
            destination[i] = isNull ? FeatureValue.Null : ReadSlot(row, i);
        }

        return (row[25] & 1) == 0;
    }

    private static int Width(DataColumn column) =>
        column switch
        {
            { IsList: true } => throw new ArgumentException($"Column '{column.Name}' is a list; an online row holds scalars."),
            { Type: DataType.Bool } => 1,
            { Type: DataType.Int32 or DataType.Float32 } => 4,
            { Type: DataType.Int64 or DataType.Float64 or DataType.Timestamp or DataType.String or DataType.Bytes } => 8,
            { Type: DataType.Uuid } => 16,
            _ => throw new ArgumentException($"Column '{column.Name}' is of type {column.Type}, which an online row cannot hold."),
        };

    private void WriteHeader(Span<byte> row, RowStamp stamp, bool tombstone, bool hasTail)
    {
        BinaryPrimitives.WriteUInt64BigEndian(row, (ulong)stamp.EventMicros ^ SignBit);
        BinaryPrimitives.WriteUInt64BigEndian(row[8..], stamp.CreatedMicros is { } created ? (ulong)created ^ SignBit : 0);
        BinaryPrimitives.WriteUInt64BigEndian(row[16..], (ulong)stamp.Sequence ^ SignBit);
        row[24] = 1;
        row[25] = (byte)((tombstone ? 1 : 0) | (hasTail ? 2 : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(row[26..], (ushort)columns.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(row[28..], Fingerprint);
    }

    private void CheckHeader(ReadOnlySpan<byte> row)
    {
        var reason =
            row[24] != 1 ? $"format version {row[24]} is unknown."
            : (row[25] & ~3) != 0 ? "unknown flags are set."
            : BinaryPrimitives.ReadUInt16LittleEndian(row[26..]) != columns.Length ? "the number of features differs."
            : BinaryPrimitives.ReadUInt32LittleEndian(row[28..]) != Fingerprint ? "it was written with another schema."
            : row.Length < tailStart ? "it ends inside its fixed part."
            : (row[25] & 2) == 0 && row.Length != tailStart ? "bytes follow its fixed part."
            : null;
        if (reason is not null)
        {
            throw new CorruptFeatureRowException(reason);
        }
    }

    private static void WriteFixed(Span<byte> slot, FeatureValue value)
    {
        switch (value.Type)
        {
            case DataType.Bool:
                slot[0] = (byte)value.ToInt64();
                break;
            case DataType.Int32:
                BinaryPrimitives.WriteInt32LittleEndian(slot, (int)value.ToInt64());
                break;
            case DataType.Float32:
                BinaryPrimitives.WriteSingleLittleEndian(slot, (float)value.ToObject()!);
                break;
            case DataType.Float64:
                BinaryPrimitives.WriteDoubleLittleEndian(slot, value.ToDouble());
                break;
            case DataType.Uuid:
                _ = ((Guid)value.ToObject()!).TryWriteBytes(slot, bigEndian: true, out _);
                break;
            default:
                BinaryPrimitives.WriteInt64LittleEndian(slot, value.ToInt64());
                break;
        }
    }

    private FeatureValue ReadSlot(ReadOnlySpan<byte> row, int column)
    {
        var slot = row[offsets[column]..];
        return columns[column].Type switch
        {
            DataType.Bool => slot[0] <= 1
                ? FeatureValue.Of(slot[0] == 1)
                : throw new CorruptFeatureRowException("a bool is neither 0 nor 1."),
            DataType.Int32 => FeatureValue.Of(BinaryPrimitives.ReadInt32LittleEndian(slot)),
            DataType.Int64 => FeatureValue.Of(BinaryPrimitives.ReadInt64LittleEndian(slot)),
            DataType.Float32 => FeatureValue.Of(BinaryPrimitives.ReadSingleLittleEndian(slot)),
            DataType.Float64 => FeatureValue.Of(BinaryPrimitives.ReadDoubleLittleEndian(slot)),
            DataType.Timestamp => FeatureValue.OfTimestamp(BinaryPrimitives.ReadInt64LittleEndian(slot)),
            DataType.Uuid => FeatureValue.Of(new Guid(slot[..16], bigEndian: true)),
            DataType.String => FeatureValue.Of(ReadText(Tail(row, slot))),
            _ => FeatureValue.Of(Tail(row, slot).ToArray()),
        };
    }

    private static string ReadText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new CorruptFeatureRowException("a text is not UTF-8.");
        }
    }

    // Checked before anything is allocated: the lengths come from bytes that may be damaged.
    private ReadOnlySpan<byte> Tail(ReadOnlySpan<byte> row, ReadOnlySpan<byte> slot)
    {
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(slot);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(slot[4..]);
        return offset >= tailStart && (ulong)offset + length <= (ulong)row.Length
            ? row.Slice((int)offset, (int)length)
            : throw new CorruptFeatureRowException("a text or bytes value lies outside the row.");
    }
}
