using Microsoft.ML;
using Microsoft.ML.Data;
using MlPlatform.Core;
using MlPlatform.Features;

namespace MlPlatform.Sdk.Internal;

/// <summary>How one column reads as ML.NET's type.</summary>
/// <remarks>
/// ML.NET knows a missing value only as NaN or empty text. So a column that may be null reads as a floating-point number, by its declaration and not
/// by the rows at hand: the same definition always gives the same model inputs.
/// </remarks>
internal sealed class ColumnReader
{
    private ColumnReader(string name, DataViewType type, Func<Func<int>, Delegate> makeGetter)
    {
        Name = name;
        Type = type;
        MakeGetter = makeGetter;
    }

    public string Name { get; }

    public DataViewType Type { get; }

    /// <summary>Makes the getter of a cursor from a function that gives its row.</summary>
    public Func<Func<int>, Delegate> MakeGetter { get; }

    public static ColumnReader Of(FeatureColumn column) =>
        column.Column.Type switch
        {
            DataType.String => Text(column),
            DataType.Timestamp => Time(column),
            DataType.Float32 => Nullable<float, float>(column, NumberDataViewType.Single, v => v, float.NaN),
            DataType.Float64 => Nullable<double, double>(column, NumberDataViewType.Double, v => v, double.NaN),
            DataType.Bool when column.Column.Nullable => Nullable<bool, float>(
                column,
                NumberDataViewType.Single,
                v => v ? 1 : 0,
                float.NaN
            ),
            DataType.Bool => Plain<bool>(column, BooleanDataViewType.Instance),
            DataType.Int32 when column.Column.Nullable => Nullable<int, double>(column, NumberDataViewType.Double, v => v, double.NaN),
            DataType.Int32 => Plain<int>(column, NumberDataViewType.Int32),
            DataType.Int64 when column.Column.Nullable => Nullable<long, double>(column, NumberDataViewType.Double, v => v, double.NaN),
            DataType.Int64 => Plain<long>(column, NumberDataViewType.Int64),
            var type => throw new NotSupportedException(
                $"Column '{column.Column.Name}' of type {type} has no form in an ML.NET data view."
            ),
        };

    private static ColumnReader Plain<T>(FeatureColumn column, DataViewType type)
    {
        var values = (T[])column.Values;
        return new(column.Column.Name, type, row => (ValueGetter<T>)((ref T value) => value = values[row()]));
    }

    private static ColumnReader Nullable<TStored, T>(FeatureColumn column, DataViewType type, Func<TStored, T> convert, T missing)
    {
        var (values, nulls) = ((TStored[])column.Values, column.Nulls);
        return new(
            column.Column.Name,
            type,
            row =>
                (ValueGetter<T>)(
                    (ref T value) =>
                    {
                        var at = row();
                        value = nulls[at] ? missing : convert(values[at]);
                    }
                )
        );
    }

    private static ColumnReader Text(FeatureColumn column)
    {
        var values = (string?[])column.Values;
        return new(
            column.Column.Name,
            TextDataViewType.Instance,
            row =>
                (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = (values[row()] ?? string.Empty).AsMemory())
        );
    }

    private static ColumnReader Time(FeatureColumn column)
    {
        var values = (long[])column.Values;
        return new(
            column.Column.Name,
            DateTimeDataViewType.Instance,
            row => (ValueGetter<DateTime>)((ref DateTime value) => value = StoredTime.FromMicros(values[row()]).UtcDateTime)
        );
    }
}
