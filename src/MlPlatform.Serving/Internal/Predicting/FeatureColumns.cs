using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Which feature goes into which model input, for one order of a service's columns.</summary>
internal sealed class FeatureColumns
{
    private readonly (int Column, int Feature)[] pairs;

    private FeatureColumns(DataSchema schema, (int, int)[] pairs)
    {
        Schema = schema;
        this.pairs = pairs;
    }

    public DataSchema Schema { get; }

    /// <summary>The columns of the service that are read.</summary>
    public IEnumerable<int> Features => pairs.Select(p => p.Feature);

    /// <summary>Matches columns by name; what does not fit is added to <paramref name="problems"/>.</summary>
    public static FeatureColumns Match(BufferLayout inputs, IReadOnlyList<int> columns, DataSchema schema, List<string> problems)
    {
        var pairs = new List<(int, int)>();
        foreach (var column in columns)
        {
            var slot = inputs.Columns[column];
            var feature = IndexOf(schema, slot.Column.Name);
            if (feature < 0)
            {
                problems.Add($"input '{slot.Column}' is neither in the request nor in the feature service");
            }
            else if (!Fits(schema.Columns[feature], slot))
            {
                problems.Add($"input '{slot.Column}' cannot be read from feature '{schema.Columns[feature]}'");
            }
            else
            {
                pairs.Add((column, feature));
            }
        }

        return new(schema, [.. pairs]);
    }

    /// <summary>Writes the features into a buffer; what was not found becomes NaN, no text, or 0 where the type has neither.</summary>
    /// <returns>How many were not found, and the oldest event time of the others (0 without any).</returns>
    public (int Missing, long Oldest) Write(FeatureVector vector, RequestBuffer buffer)
    {
        var missing = 0;
        var oldest = long.MaxValue;
        foreach (var (column, feature) in pairs)
        {
            ref var cell = ref vector[feature];
            var isPresent = cell.Status == FeatureStatus.Present;
            if (isPresent)
            {
                oldest = Math.Min(oldest, cell.EventTimeMicros);
            }
            else
            {
                missing++;
            }

            var slot = buffer.Layout.Columns[column];
            if (slot.IsText)
            {
                buffer.SetText(column, 0, isPresent ? cell.Value.AsString() : null);
            }
            else if (
                isPresent
                && slot.Column.Type is DataType.Int64 or DataType.Timestamp
                && cell.Value.Type is DataType.Int32 or DataType.Int64 or DataType.Timestamp
            )
            {
                buffer.Set(column, 0, cell.Value.ToInt64()); // A double would round large ones.
            }
            else
            {
                buffer.SetNumber(column, 0, 0, isPresent ? cell.Value.ToDouble() : double.NaN);
            }
        }

        return (missing, oldest == long.MaxValue ? 0 : oldest);
    }

    public static int IndexOf(DataSchema schema, string name)
    {
        for (var i = 0; i < schema.Columns.Count; i++)
        {
            if (ColumnNames.Comparer.Equals(schema.Columns[i].Name, name))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool Fits(DataColumn feature, ColumnSlot slot) =>
        slot.Elements == 1
        && !feature.IsList
        && (slot.IsText ? feature.Type == DataType.String : ElementTypes.IsSupported(feature.Type) && feature.Type != DataType.String);
}
