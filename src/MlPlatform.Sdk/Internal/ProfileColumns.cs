using Microsoft.ML;
using Microsoft.ML.Data;
using MlPlatform.Core;
using MlPlatform.Monitoring;

namespace MlPlatform.Sdk.Internal;

/// <summary>Reads scalar columns of a data view for a reference profile.</summary>
internal static class ProfileColumns
{
    /// <summary>Numbers and truth values are numeric, text is categorical; vectors, times and keys have no profile.</summary>
    public static void Add(ReferenceProfileBuilder builder, IDataView data, DataColumn signature)
    {
        if (data.Schema.GetColumnOrNull(signature.Name) is not { } column)
        {
            throw new InvalidModelPackageException($"The reference rows have no column '{signature.Name}', which the model's signature asks for.");
        }

        if (column.Type is TextDataViewType)
        {
            builder.AddCategorical(column.Name, [.. data.GetColumn<string>(column)]);
        }
        else if (ReadNumbers(data, column) is { } values)
        {
            builder.AddNumeric(column.Name, values);
        }
    }

    /// <summary>The probability of a binary classifier, else a scalar score; null when the model gives neither.</summary>
    public static double[]? ReadScores(IDataView scored) =>
        (scored.Schema.GetColumnOrNull("Probability") ?? scored.Schema.GetColumnOrNull("Score")) is { } column ? ReadNumbers(scored, column) : null;

    private static double[]? ReadNumbers(IDataView data, DataViewSchema.Column column) =>
        column.Type switch
        {
            BooleanDataViewType => [.. data.GetColumn<bool>(column).Select(v => v ? 1.0 : 0)],
            NumberDataViewType t when t == NumberDataViewType.Single => [.. data.GetColumn<float>(column).Select(v => (double)v)],
            NumberDataViewType t when t == NumberDataViewType.Double => [.. data.GetColumn<double>(column)],
            NumberDataViewType t when t == NumberDataViewType.SByte => [.. data.GetColumn<sbyte>(column).Select(v => (double)v)],
            NumberDataViewType t when t == NumberDataViewType.Byte => [.. data.GetColumn<byte>(column).Select(v => (double)v)],
            NumberDataViewType t when t == NumberDataViewType.Int16 => [.. data.GetColumn<short>(column).Select(v => (double)v)],
            NumberDataViewType t when t == NumberDataViewType.UInt16 => [.. data.GetColumn<ushort>(column).Select(v => (double)v)],
            NumberDataViewType t when t == NumberDataViewType.Int32 => [.. data.GetColumn<int>(column).Select(v => (double)v)],
            NumberDataViewType t when t == NumberDataViewType.UInt32 => [.. data.GetColumn<uint>(column).Select(v => (double)v)],
            NumberDataViewType t when t == NumberDataViewType.Int64 => [.. data.GetColumn<long>(column).Select(v => (double)v)],
            NumberDataViewType t when t == NumberDataViewType.UInt64 => [.. data.GetColumn<ulong>(column).Select(v => (double)v)],
            _ => null,
        };
}
