using System.Buffers.Binary;
using System.Text.Json;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Writes elements as JSON.</summary>
internal static class JsonTensorOutput
{
    /// <summary>Elements that are written at a time.</summary>
    public const int Part = 4096;

    /// <exception cref="MlflowException">JSON cannot hold a value.</exception>
    public static void Check(NamedTensor tensor)
    {
        var bad = tensor.Type switch
        {
            DataType.Float16 or DataType.BFloat16 or DataType.Uuid => Datatypes.NameOf(tensor.Type) + " values",
            DataType.Float32 when HoldsNonFinite32(tensor.Data.Span) => "a value that is not a number, or infinite",
            DataType.Float64 when HoldsNonFinite64(tensor.Data.Span) => "a value that is not a number, or infinite",
            _ => null,
        };
        if (bad is not null)
        {
            throw MlflowException.InvalidParameter(
                $"Output '{tensor.Name}' holds {bad}, which JSON has no form for: request binary, with the parameter 'binary_data' of the output or 'binary_data_output' of the request."
            );
        }
    }

    /// <summary>Writes up to <see cref="Part"/> elements from <paramref name="start"/>.</summary>
    public static void WritePart(Utf8JsonWriter writer, NamedTensor tensor, int start)
    {
        var end = (int)Math.Min(tensor.Count, (long)start + Part);
        if (tensor.Type == DataType.String)
        {
            for (var i = start; i < end; i++)
            {
                writer.WriteStringValue(tensor.Texts[i] ?? string.Empty); // The protocol has no null.
            }

            return;
        }

        var size = NamedTensor.SizeOf(tensor.Type);
        var data = tensor.Data.Span[(start * size)..(end * size)];
        switch (tensor.Type)
        {
            case DataType.Float32:
                for (; !data.IsEmpty; data = data[sizeof(float)..])
                {
                    writer.WriteNumberValue(BinaryPrimitives.ReadSingleLittleEndian(data));
                }

                break;
            case DataType.Float64:
                for (; !data.IsEmpty; data = data[sizeof(double)..])
                {
                    writer.WriteNumberValue(BinaryPrimitives.ReadDoubleLittleEndian(data));
                }

                break;
            case DataType.Bool:
                foreach (var value in data)
                {
                    writer.WriteBooleanValue(value != 0);
                }

                break;
            case DataType.UInt64:
                for (; !data.IsEmpty; data = data[sizeof(ulong)..])
                {
                    writer.WriteNumberValue(BinaryPrimitives.ReadUInt64LittleEndian(data));
                }

                break;
            default:
                for (; !data.IsEmpty; data = data[size..])
                {
                    writer.WriteNumberValue(ReadInteger(data, tensor.Type));
                }

                break;
        }
    }

    private static long ReadInteger(ReadOnlySpan<byte> data, DataType type) =>
        type switch
        {
            DataType.Int8 => unchecked((sbyte)data[0]),
            DataType.UInt8 => data[0],
            DataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(data),
            DataType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(data),
            DataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(data),
            DataType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(data),
            _ => BinaryPrimitives.ReadInt64LittleEndian(data),
        };

    private static bool HoldsNonFinite32(ReadOnlySpan<byte> data)
    {
        for (; !data.IsEmpty; data = data[sizeof(float)..])
        {
            if (!float.IsFinite(BinaryPrimitives.ReadSingleLittleEndian(data)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HoldsNonFinite64(ReadOnlySpan<byte> data)
    {
        for (; !data.IsEmpty; data = data[sizeof(double)..])
        {
            if (!double.IsFinite(BinaryPrimitives.ReadDoubleLittleEndian(data)))
            {
                return true;
            }
        }

        return false;
    }
}
