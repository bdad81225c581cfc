using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Column types and ONNX element types.</summary>
internal static class OnnxTypes
{
    public static DataType? ToColumnType(TensorElementType type) =>
        type switch
        {
            TensorElementType.Bool => DataType.Bool,
            TensorElementType.Int8 => DataType.Int8,
            TensorElementType.UInt8 => DataType.UInt8,
            TensorElementType.Int16 => DataType.Int16,
            TensorElementType.UInt16 => DataType.UInt16,
            TensorElementType.Int32 => DataType.Int32,
            TensorElementType.UInt32 => DataType.UInt32,
            TensorElementType.Int64 => DataType.Int64,
            TensorElementType.UInt64 => DataType.UInt64,
            TensorElementType.Float16 => DataType.Float16,
            TensorElementType.BFloat16 => DataType.BFloat16,
            TensorElementType.Float => DataType.Float32,
            TensorElementType.Double => DataType.Float64,
            TensorElementType.String => DataType.String,
            _ => null,
        };

    public static TensorElementType ToElementType(DataType type) =>
        type switch
        {
            DataType.Bool => TensorElementType.Bool,
            DataType.Int8 => TensorElementType.Int8,
            DataType.UInt8 => TensorElementType.UInt8,
            DataType.Int16 => TensorElementType.Int16,
            DataType.UInt16 => TensorElementType.UInt16,
            DataType.Int32 => TensorElementType.Int32,
            DataType.UInt32 => TensorElementType.UInt32,
            DataType.Int64 or DataType.Timestamp => TensorElementType.Int64,
            DataType.UInt64 => TensorElementType.UInt64,
            DataType.Float16 => TensorElementType.Float16,
            DataType.BFloat16 => TensorElementType.BFloat16,
            DataType.Float32 => TensorElementType.Float,
            DataType.Float64 => TensorElementType.Double,
            _ => TensorElementType.String,
        };

    /// <summary>Whether a signature's column may stand for a tensor: the type, with a timestamp as int64.</summary>
    public static bool Matches(DataColumn column, NodeMetadata node) =>
        node.IsTensor
        && ToColumnType(node.ElementDataType) is { } type
        && (type == column.Type || (type == DataType.Int64 && column.Type == DataType.Timestamp));

    public static string Describe(NodeMetadata node) =>
        node.IsTensor
            ? $"{node.ElementDataType.ToString().ToLowerInvariant()}[{string.Join(',', node.Dimensions)}]"
            : node.OnnxValueType.ToString();
}
