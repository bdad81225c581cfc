using Microsoft.ML;
using Microsoft.ML.Data;
using MlPlatform.Core;
using MlPlatform.Monitoring;

namespace MlPlatform.Sdk.Internal;

/// <summary>Makes a reference profile from the rows of a data view.</summary>
internal static class MlNetProfile
{
    /// <summary>More rows than these say nothing new about a distribution; from more, every second, third, ... is taken.</summary>
    private const int MaximumRows = 100_000;

    public static ReferenceProfile Build(ModelSignature signature, ITransformer model, IDataView heldOut, string label, IDataView reference)
    {
        var builder = new ReferenceProfileBuilder();
        var stride = (int)Math.Max(1, ((reference.GetRowCount() ?? 0) + MaximumRows - 1) / MaximumRows);
        foreach (var input in signature.Inputs)
        {
            Add(builder, reference, Column(reference, input.Name), stride);
        }

        var scored = model.Transform(heldOut);
        if (ReadScores(scored) is { } scores)
        {
            builder.AddScores(scores);
            if (scored.Schema.GetColumnOrNull(label) is { Type: BooleanDataViewType } truth)
            {
                var auc = BinaryMetrics.Auc(ReadNumbers(scored, truth), scores).Value;
                if (double.IsFinite(auc))
                {
                    builder.SetMetric("auc", auc);
                }
            }
        }

        return builder.Build();
    }

    private static DataViewSchema.Column Column(IDataView rows, string name) =>
        rows.Schema.GetColumnOrNull(name)
        ?? throw new InvalidModelPackageException($"The reference rows have no column '{name}', which the model's signature asks for.");

    /// <summary>The probability of a binary classifier, else a scalar score; null when the model gives neither.</summary>
    public static double[]? ReadScores(IDataView scored) =>
        (scored.Schema.GetColumnOrNull("Probability") ?? scored.Schema.GetColumnOrNull("Score")) is { } column
            ? ReadNumbers(scored, column)
            : null;

    /// <summary>Numbers and truth values are numeric, text is categorical; vectors, times and keys have no profile.</summary>
    private static void Add(ReferenceProfileBuilder builder, IDataView data, DataViewSchema.Column column, int stride)
    {
        if (column.Type is TextDataViewType)
        {
            builder.AddCategorical(column.Name, [.. Sample(data.GetColumn<string>(column), stride)]);
        }
        else if (ReadNumbers(data, column) is { } values)
        {
            builder.AddNumeric(column.Name, [.. Sample(values, stride)]);
        }
    }

    private static IEnumerable<T> Sample<T>(IEnumerable<T> values, int stride) =>
        stride == 1 ? values : values.Where((_, i) => i % stride == 0);

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
