using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Which CLR types may be columns.</summary>
internal static class ColumnTypeMap
{
    private static readonly Dictionary<Type, DataType> Types = new()
    {
        [typeof(bool)] = DataType.Bool,
        [typeof(int)] = DataType.Int32,
        [typeof(long)] = DataType.Int64,
        [typeof(float)] = DataType.Float32,
        [typeof(double)] = DataType.Float64,
        [typeof(string)] = DataType.String,
        [typeof(byte[])] = DataType.Bytes,
        [typeof(DateTimeOffset)] = DataType.Timestamp,
        [typeof(DateTime)] = DataType.Timestamp,
        [typeof(Guid)] = DataType.Uuid,
    };

    public static DataType? Find(Type type) => Types.TryGetValue(Nullable.GetUnderlyingType(type) ?? type, out var found) ? found : null;

    public static bool IsNumber(DataType type) =>
        type is DataType.Int32 or DataType.Int64 or DataType.Float32 or DataType.Float64 or DataType.Bool;

    public static bool IsFixed(DataType type) => IsNumber(type) || type == DataType.Timestamp;
}
