using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Reads elements that came as JSON, flat or nested, straight into a tensor's memory.</summary>
internal static class JsonTensorData
{
    /// <summary>Reads an array of numbers or truth values, the reader standing at its start.</summary>
    /// <param name="reader">The JSON.</param>
    /// <param name="type">The element type.</param>
    /// <param name="shape">The dimensions.</param>
    /// <param name="target">As many bytes as the tensor takes.</param>
    /// <param name="owner">Whose data it is, for refusals.</param>
    public static void ReadNumbers(ref Utf8JsonReader reader, DataType type, long[] shape, Span<byte> target, object owner)
    {
        var size = NamedTensor.SizeOf(type);
        var count = target.Length / size;
        var index = 0;
        var nesting = Open(ref reader, shape, owner);
        while (nesting.Next(ref reader, index))
        {
            if (index == count)
            {
                throw TooMany(count, owner);
            }

            if (!TryRead(ref reader, type, target.Slice(index * size, size)))
            {
                throw Unfit(ref reader, type, index, owner);
            }

            index++;
        }

        Complete(index, count, owner);
    }

    /// <summary>Reads an array of texts, the reader standing at its start.</summary>
    public static void ReadTexts(ref Utf8JsonReader reader, long[] shape, string?[] target, object owner)
    {
        var index = 0;
        var nesting = Open(ref reader, shape, owner);
        while (nesting.Next(ref reader, index))
        {
            if (index == target.Length)
            {
                throw TooMany(target.Length, owner);
            }

            if (reader.TokenType != JsonTokenType.String)
            {
                throw Unfit(ref reader, DataType.String, index, owner);
            }

            target[index++] = reader.GetString();
        }

        Complete(index, target.Length, owner);
    }

    private static TensorNesting Open(ref Utf8JsonReader reader, long[] shape, object owner)
    {
        InferenceJson.Expect(ref reader, JsonTokenType.StartArray, "data", owner);
        return new(shape, owner);
    }

    private static bool TryRead(ref Utf8JsonReader reader, DataType type, Span<byte> target)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            target[0] = reader.TokenType == JsonTokenType.True ? (byte)1 : (byte)0;
            return type == DataType.Bool && reader.TokenType is JsonTokenType.True or JsonTokenType.False;
        }

        switch (type)
        {
            case DataType.Float32:
                return (ShortNumber.TryRead(reader.ValueSpan, out float f32) || (reader.TryGetSingle(out f32) && float.IsFinite(f32)))
                    && BinaryPrimitives.TryWriteSingleLittleEndian(target, f32);
            case DataType.Float64:
                return (ShortNumber.TryRead(reader.ValueSpan, out double f64) || (reader.TryGetDouble(out f64) && double.IsFinite(f64)))
                    && BinaryPrimitives.TryWriteDoubleLittleEndian(target, f64);
            case DataType.Int64:
                return reader.TryGetInt64(out var i64) && BinaryPrimitives.TryWriteInt64LittleEndian(target, i64);
            case DataType.Int32:
                return reader.TryGetInt32(out var i32) && BinaryPrimitives.TryWriteInt32LittleEndian(target, i32);
            case DataType.Int16:
                return reader.TryGetInt16(out var i16) && BinaryPrimitives.TryWriteInt16LittleEndian(target, i16);
            case DataType.UInt64:
                return reader.TryGetUInt64(out var u64) && BinaryPrimitives.TryWriteUInt64LittleEndian(target, u64);
            case DataType.UInt32:
                return reader.TryGetUInt32(out var u32) && BinaryPrimitives.TryWriteUInt32LittleEndian(target, u32);
            case DataType.UInt16:
                return reader.TryGetUInt16(out var u16) && BinaryPrimitives.TryWriteUInt16LittleEndian(target, u16);
            case DataType.Int8:
                var fits = reader.TryGetSByte(out var i8);
                target[0] = unchecked((byte)i8);
                return fits;
            case DataType.UInt8:
                return reader.TryGetByte(out target[0]);
            default:
                return reader.TryGetByte(out target[0]) && target[0] <= 1;
        }
    }

    private static void Complete(int index, int count, object owner)
    {
        if (index != count)
        {
            throw MlflowException.InvalidParameter($"{owner}: 'data' has {index} elements; its shape has {count}.");
        }
    }

    private static MlflowException TooMany(int count, object owner) =>
        MlflowException.InvalidParameter($"{owner}: 'data' has more elements than its shape, which has {count}.");

    private static MlflowException Unfit(ref Utf8JsonReader reader, DataType type, int index, object owner)
    {
        const int Shown = 40;
        var token = reader.ValueSpan;
        var text = Encoding.UTF8.GetString(token[..Math.Min(token.Length, Shown)]);
        text = reader.TokenType == JsonTokenType.String ? $"\"{text}\"" : text;
        return MlflowException.InvalidParameter($"{owner}: element {index}, '{text}', is not a value of {Datatypes.NameOf(type)}.");
    }
}
