using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>Widens a given value to a declared type, the same way for training and online.</summary>
internal static class Conversion
{
    /// <exception cref="FeatureInputException">The value has another type.</exception>
    public static FeatureValue To(FeatureValue value, DataType type, string where, string name) =>
        value.IsNull || value.Type == type
            ? value
            : (type, value.Type) switch
            {
                (DataType.Int64, DataType.Int32) => FeatureValue.Of(value.ToInt64()),
                (DataType.Int32, DataType.Int64) when value.ToInt64() is >= int.MinValue and <= int.MaxValue => FeatureValue.Of(
                    (int)value.ToInt64()
                ),
                (DataType.Float32, DataType.Int32 or DataType.Int64 or DataType.Float64) => FeatureValue.Of((float)value.ToDouble()),
                (DataType.Float64, DataType.Int32 or DataType.Int64 or DataType.Float32) => FeatureValue.Of(value.ToDouble()),
                _ => throw new FeatureInputException(where, name, $"holds {value.Type}; {type} was expected"),
            };
}
