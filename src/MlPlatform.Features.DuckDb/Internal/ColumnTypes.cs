using MlPlatform.Core;

namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>The column types of the engine and of the platform.</summary>
internal static class ColumnTypes
{
    /// <summary>The type of a table's column for values of the platform.</summary>
    public static string ToSql(DataType type) =>
        type switch
        {
            DataType.Bool => "BOOLEAN",
            DataType.Int8 => "TINYINT",
            DataType.Int16 => "SMALLINT",
            DataType.Int32 => "INTEGER",
            DataType.Int64 or DataType.Timestamp => "BIGINT",
            DataType.UInt8 => "UTINYINT",
            DataType.UInt16 => "USMALLINT",
            DataType.UInt32 => "UINTEGER",
            DataType.UInt64 => "UBIGINT",
            DataType.Float32 => "FLOAT",
            DataType.Float64 => "DOUBLE",
            DataType.String => "VARCHAR",
            DataType.Bytes => "BLOB",
            DataType.Uuid => "UUID",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "The engine has no such type."),
        };

    /// <summary>The platform's type of an engine's column, and the expression that brings the column into that form; null for a type without one.</summary>
    public static (DataType Type, string Expression)? FromSql(string type, string column)
    {
        var bare = type.Split('(', 2)[0];
        return bare switch
        {
            "BOOLEAN" => (DataType.Bool, column),
            "TINYINT" => (DataType.Int8, column),
            "SMALLINT" => (DataType.Int16, column),
            "INTEGER" => (DataType.Int32, column),
            "BIGINT" => (DataType.Int64, column),
            "UTINYINT" => (DataType.UInt8, column),
            "USMALLINT" => (DataType.UInt16, column),
            "UINTEGER" => (DataType.UInt32, column),
            "UBIGINT" => (DataType.UInt64, column),
            "FLOAT" => (DataType.Float32, column),
            "DOUBLE" => (DataType.Float64, column),
            "DECIMAL" or "HUGEINT" or "UHUGEINT" => (DataType.Float64, $"CAST({column} AS DOUBLE)"),
            "VARCHAR" or "ENUM" => (DataType.String, $"CAST({column} AS VARCHAR)"),
            "BLOB" => (DataType.Bytes, column),
            "UUID" => (DataType.Uuid, column),
            "TIMESTAMP" or "TIMESTAMP WITH TIME ZONE" => (DataType.Timestamp, $"epoch_us({column})"),
            "DATE" or "TIMESTAMP_S" or "TIMESTAMP_MS" => (DataType.Timestamp, $"epoch_us(CAST({column} AS TIMESTAMP))"),
            // Floored before the epoch too, where the engine's own conversion would round toward zero.
            "TIMESTAMP_NS" => (
                DataType.Timestamp,
                $"CAST((epoch_ns({column}) - ((epoch_ns({column}) % 1000) + 1000) % 1000) // 1000 AS BIGINT)"
            ),
            _ => null,
        };
    }

    public static bool IsInteger(DataType type) => type is >= DataType.Int8 and <= DataType.UInt64;

    public static bool IsFloat(DataType type) => type is DataType.Float32 or DataType.Float64;

    /// <summary>Whether two keys may be compared: text never equals a number, and an instant is no integer.</summary>
    public static bool Comparable(DataType left, DataType right) =>
        left == right || (IsInteger(left) && IsInteger(right)) || (IsFloat(left) && IsFloat(right));
}
