using System.Text;
using System.Text.Json;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The protocol's names of element types.</summary>
internal static class Datatypes
{
    private static readonly (byte[] Name, DataType Type)[] Known =
    [
        ("FP32"u8.ToArray(), DataType.Float32),
        ("INT64"u8.ToArray(), DataType.Int64),
        ("FP64"u8.ToArray(), DataType.Float64),
        ("BYTES"u8.ToArray(), DataType.String),
        ("INT32"u8.ToArray(), DataType.Int32),
        ("BOOL"u8.ToArray(), DataType.Bool),
        ("INT8"u8.ToArray(), DataType.Int8),
        ("INT16"u8.ToArray(), DataType.Int16),
        ("UINT8"u8.ToArray(), DataType.UInt8),
        ("UINT16"u8.ToArray(), DataType.UInt16),
        ("UINT32"u8.ToArray(), DataType.UInt32),
        ("UINT64"u8.ToArray(), DataType.UInt64),
        ("FP16"u8.ToArray(), DataType.Float16),
        ("BF16"u8.ToArray(), DataType.BFloat16),
    ];

    /// <summary>Reads a name, the reader standing before it.</summary>
    /// <exception cref="MlflowException">There is no such name.</exception>
    public static DataType Read(ref Utf8JsonReader reader, object owner)
    {
        reader.Read();
        InferenceJson.Expect(ref reader, JsonTokenType.String, "datatype", owner);
        foreach (var (name, type) in Known)
        {
            if (reader.ValueTextEquals(name))
            {
                return type;
            }
        }

        throw Unknown(reader.GetString()!, owner);
    }

    /// <exception cref="MlflowException">There is no such name.</exception>
    public static DataType Parse(string name, object owner)
    {
        foreach (var (known, type) in Known)
        {
            if (Ascii.Equals(known, name))
            {
                return type;
            }
        }

        throw Unknown(name, owner);
    }

    public static string NameOf(DataType type) =>
        type switch
        {
            DataType.Bool => "BOOL",
            DataType.Int8 => "INT8",
            DataType.Int16 => "INT16",
            DataType.Int32 => "INT32",
            DataType.Int64 or DataType.Timestamp => "INT64",
            DataType.UInt8 => "UINT8",
            DataType.UInt16 => "UINT16",
            DataType.UInt32 => "UINT32",
            DataType.UInt64 => "UINT64",
            DataType.Float16 => "FP16",
            DataType.BFloat16 => "BF16",
            DataType.Float32 => "FP32",
            DataType.Float64 => "FP64",
            _ => "BYTES",
        };

    private static MlflowException Unknown(string name, object owner) =>
        MlflowException.InvalidParameter(
            $"{owner}: datatype '{name}' is not known; BOOL, INT8 to INT64, UINT8 to UINT64, FP16, BF16, FP32, FP64 and BYTES are."
        );
}
