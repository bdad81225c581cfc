using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The protocol's names of element types.</summary>
internal static class Datatypes
{
    /// <exception cref="MlflowException">There is no such name.</exception>
    public static DataType Parse(string name, object owner) =>
        name switch
        {
            "BOOL" => DataType.Bool,
            "INT8" => DataType.Int8,
            "INT16" => DataType.Int16,
            "INT32" => DataType.Int32,
            "INT64" => DataType.Int64,
            "UINT8" => DataType.UInt8,
            "UINT16" => DataType.UInt16,
            "UINT32" => DataType.UInt32,
            "UINT64" => DataType.UInt64,
            "FP16" => DataType.Float16,
            "BF16" => DataType.BFloat16,
            "FP32" => DataType.Float32,
            "FP64" => DataType.Float64,
            "BYTES" => DataType.String,
            _ => throw MlflowException.InvalidParameter(
                $"{owner}: datatype '{name}' is not known; BOOL, INT8 to INT64, UINT8 to UINT64, FP16, BF16, FP32, FP64 and BYTES are."
            ),
        };

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
}
