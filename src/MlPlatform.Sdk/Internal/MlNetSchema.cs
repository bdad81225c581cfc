using Microsoft.ML;
using Microsoft.ML.Data;
using MlPlatform.Core;

namespace MlPlatform.Sdk.Internal;

/// <summary>ML.NET's types as ours.</summary>
internal static class MlNetSchema
{
    /// <summary>The columns that have a counterpart.</summary>
    public static DataSchema Of(DataViewSchema schema) =>
        new([
            .. schema
                .Where(c => !c.IsHidden && TypeOf(ItemOf(c.Type)) is not null)
                .Select(c => ColumnOf(c.Name, c.Type, TypeOf(ItemOf(c.Type))!.Value)),
        ]);

    /// <exception cref="InvalidModelPackageException">The type has no counterpart.</exception>
    public static DataColumn ColumnOf(DataViewSchema.Column column) =>
        ColumnOf(
            column.Name,
            column.Type,
            TypeOf(ItemOf(column.Type))
                ?? throw new InvalidModelPackageException(
                    $"Column '{column.Name}' has type {column.Type}, which a model signature cannot hold; list it among the columns that are no inputs."
                )
        );

    private static DataColumn ColumnOf(string name, DataViewType type, DataType item) =>
        new(name, item) { Shape = type is VectorDataViewType v ? [.. v.Dimensions.Select(d => d == 0 ? -1 : d)] : null };

    private static DataViewType ItemOf(DataViewType type) => type is VectorDataViewType vector ? vector.ItemType : type;

    private static DataType? TypeOf(DataViewType type) =>
        type switch
        {
            BooleanDataViewType => DataType.Bool,
            TextDataViewType => DataType.String,
            DateTimeDataViewType or DateTimeOffsetDataViewType => DataType.Timestamp,
            NumberDataViewType when type == NumberDataViewType.Single => DataType.Float32,
            NumberDataViewType when type == NumberDataViewType.Double => DataType.Float64,
            NumberDataViewType when type == NumberDataViewType.SByte => DataType.Int8,
            NumberDataViewType when type == NumberDataViewType.Int16 => DataType.Int16,
            NumberDataViewType when type == NumberDataViewType.Int32 => DataType.Int32,
            NumberDataViewType when type == NumberDataViewType.Int64 => DataType.Int64,
            NumberDataViewType when type == NumberDataViewType.Byte => DataType.UInt8,
            NumberDataViewType when type == NumberDataViewType.UInt16 => DataType.UInt16,
            NumberDataViewType when type == NumberDataViewType.UInt32 => DataType.UInt32,
            NumberDataViewType when type == NumberDataViewType.UInt64 => DataType.UInt64,
            KeyDataViewType => DataType.UInt32,
            _ => null,
        };
}
