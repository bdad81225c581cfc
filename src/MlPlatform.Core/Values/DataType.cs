namespace MlPlatform.Core;

/// <summary>The type of a column.</summary>
public enum DataType
{
    /// <summary>True or false.</summary>
    Bool,

    /// <summary>8-bit signed integer.</summary>
    Int8,

    /// <summary>16-bit signed integer.</summary>
    Int16,

    /// <summary>32-bit signed integer.</summary>
    Int32,

    /// <summary>64-bit signed integer.</summary>
    Int64,

    /// <summary>8-bit unsigned integer.</summary>
    UInt8,

    /// <summary>16-bit unsigned integer.</summary>
    UInt16,

    /// <summary>32-bit unsigned integer.</summary>
    UInt32,

    /// <summary>64-bit unsigned integer.</summary>
    UInt64,

    /// <summary>16-bit floating point.</summary>
    Float16,

    /// <summary>Brain floating point, 16 bits.</summary>
    BFloat16,

    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>64-bit floating point.</summary>
    Float64,

    /// <summary>Unicode text.</summary>
    String,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>An instant in UTC, to the microsecond.</summary>
    Timestamp,

    /// <summary>A UUID.</summary>
    Uuid,
}
