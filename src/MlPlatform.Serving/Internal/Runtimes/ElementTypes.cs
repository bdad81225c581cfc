using Microsoft.ML.OnnxRuntime;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>What a column type is in memory.</summary>
internal static class ElementTypes
{
    public static int SizeOf(DataType type) =>
        type switch
        {
            DataType.Bool or DataType.Int8 or DataType.UInt8 => 1,
            DataType.Int16 or DataType.UInt16 or DataType.Float16 or DataType.BFloat16 => 2,
            DataType.Int32 or DataType.UInt32 or DataType.Float32 => 4,
            DataType.Int64 or DataType.UInt64 or DataType.Float64 or DataType.Timestamp => 8,
            _ => throw new InvalidModelPackageException($"Columns of type {type} cannot be served."),
        };

    public static Type ClrType(DataType type) =>
        type switch
        {
            DataType.Bool => typeof(bool),
            DataType.Int8 => typeof(sbyte),
            DataType.UInt8 => typeof(byte),
            DataType.Int16 => typeof(short),
            DataType.UInt16 => typeof(ushort),
            DataType.Int32 => typeof(int),
            DataType.UInt32 => typeof(uint),
            DataType.Int64 or DataType.Timestamp => typeof(long),
            DataType.UInt64 => typeof(ulong),
            DataType.Float16 => typeof(Half),
            DataType.BFloat16 => typeof(BFloat16),
            DataType.Float32 => typeof(float),
            DataType.Float64 => typeof(double),
            DataType.String => typeof(string),
            _ => throw new InvalidModelPackageException($"Columns of type {type} cannot be served."),
        };

    public static bool IsSupported(DataType type) => type is not (DataType.Bytes or DataType.Uuid);

    public static bool IsFloating(DataType type) => type is DataType.Float16 or DataType.BFloat16 or DataType.Float32 or DataType.Float64;

    /// <summary>A number as a column of the type has it: 0.1 is another number in each floating type.</summary>
    public static double Round(DataType type, double value) =>
        type switch
        {
            DataType.Float16 => (double)(Half)value,
            DataType.BFloat16 => (float)(BFloat16)(float)value,
            DataType.Float32 => (float)value,
            _ => value,
        };
}
