using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Columns as bytes: the schema, then for each column its nulls as bits and its values as they lie in memory.</summary>
internal static class ColumnBytes
{
    public static void Write(BinaryWriter writer, IReadOnlyList<FeatureColumn> columns, int rows)
    {
        writer.Write(rows);
        writer.Write(new DataSchema(columns.Select(c => c.Column)).ToJson());
        foreach (var column in columns)
        {
            var bits = new byte[(rows + 7) / 8];
            for (var row = 0; row < rows; row++)
            {
                bits[row >> 3] |= (byte)(column.Nulls[row] ? 1 << (row & 7) : 0);
            }

            writer.Write(bits);
            WriteValues(writer, column);
        }
    }

    /// <exception cref="BlobFormatException">The bytes are not columns.</exception>
    public static (IReadOnlyList<FeatureColumn> Columns, int Rows) Read(BinaryReader reader)
    {
        try
        {
            var rows = reader.ReadInt32();
            var schema = DataSchema.FromJson(reader.ReadString());
            var left = reader.BaseStream.Length - reader.BaseStream.Position;
            if (rows < 0 || schema.Columns.Count * (long)((rows + 7) / 8) > left)
            {
                throw new BlobFormatException($"The content names {rows} rows, which it cannot hold.");
            }

            return ([.. schema.Columns.Select(c => ReadColumn(reader, c, rows))], rows);
        }
        catch (Exception e) when (e is EndOfStreamException or System.Text.Json.JsonException or ArgumentException or FormatException)
        {
            throw new BlobFormatException($"The content is not a table of features: {e.Message}");
        }
    }

    private static FeatureColumn ReadColumn(BinaryReader reader, DataColumn column, int rows)
    {
        var bits = new byte[(rows + 7) / 8];
        reader.BaseStream.ReadExactly(bits);
        var nulls = new bool[rows];
        for (var row = 0; row < rows; row++)
        {
            nulls[row] = (bits[row >> 3] & (1 << (row & 7))) != 0;
        }

        return new(column, ReadValues(reader, column.Type, nulls), nulls);
    }

    private static void WriteValues(BinaryWriter writer, FeatureColumn column)
    {
        switch (column.Values)
        {
            case bool[] v:
                writer.Write(MemoryMarshal.AsBytes(v.AsSpan()));
                break;
            case int[] v:
                writer.Write(MemoryMarshal.AsBytes(v.AsSpan()));
                break;
            case long[] v:
                writer.Write(MemoryMarshal.AsBytes(v.AsSpan()));
                break;
            case float[] v:
                writer.Write(MemoryMarshal.AsBytes(v.AsSpan()));
                break;
            case double[] v:
                writer.Write(MemoryMarshal.AsBytes(v.AsSpan()));
                break;
            case Guid[] v:
                writer.Write(MemoryMarshal.AsBytes(v.AsSpan()));
                break;
            case byte[][] v:
                WriteMany(writer, v, column.Nulls, b => b);
                break;
            default:
                WriteMany(writer, (string[])column.Values, column.Nulls, Encoding.UTF8.GetBytes);
                break;
        }
    }

    private static void WriteMany<T>(BinaryWriter writer, T[] values, bool[] nulls, Func<T, byte[]> toBytes)
    {
        for (var row = 0; row < values.Length; row++)
        {
            if (!nulls[row])
            {
                var bytes = toBytes(values[row]);
                writer.Write7BitEncodedInt(bytes.Length);
                writer.Write(bytes);
            }
        }
    }

    private static Array ReadValues(BinaryReader reader, DataType type, bool[] nulls) =>
        type switch
        {
            DataType.Bool => ReadFixed<bool>(reader, nulls.Length),
            DataType.Int32 => ReadFixed<int>(reader, nulls.Length),
            DataType.Int64 or DataType.Timestamp => ReadFixed<long>(reader, nulls.Length),
            DataType.Float32 => ReadFixed<float>(reader, nulls.Length),
            DataType.Float64 => ReadFixed<double>(reader, nulls.Length),
            DataType.Uuid => ReadFixed<Guid>(reader, nulls.Length),
            DataType.Bytes => ReadMany(reader, nulls, b => b),
            DataType.String => ReadMany(reader, nulls, Encoding.UTF8.GetString),
            _ => throw new BlobFormatException($"A column of features cannot hold {type}."),
        };

    private static T[] ReadFixed<T>(BinaryReader reader, int rows)
        where T : unmanaged
    {
        Check(reader, rows * (long)Unsafe.SizeOf<T>());
        var values = new T[rows];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private static T[] ReadMany<T>(BinaryReader reader, bool[] nulls, Func<byte[], T> fromBytes)
    {
        var values = new T[nulls.Length];
        for (var row = 0; row < values.Length; row++)
        {
            if (!nulls[row])
            {
                var length = reader.Read7BitEncodedInt();
                Check(reader, length);
                var bytes = new byte[length];
                reader.BaseStream.ReadExactly(bytes);
                values[row] = fromBytes(bytes);
            }
        }

        return values;
    }

    // Before anything is allocated: the lengths come from bytes that may be damaged.
    private static void Check(BinaryReader reader, long length)
    {
        if (length < 0 || length > reader.BaseStream.Length - reader.BaseStream.Position)
        {
            throw new BlobFormatException("The content ends inside a column.");
        }
    }
}
