namespace MlPlatform.Core;

/// <summary>The columns of one online read: value, status and event time of each. Reusable, not thread-safe.</summary>
public sealed class FeatureVector
{
    private FeatureCell[] cells = [];

    /// <summary>How many columns were read.</summary>
    public int Count { get; private set; }

    /// <summary>The columns' names and types; set by the reader.</summary>
    public DataSchema Schema { get; private set; } = DataSchema.Empty;

    /// <summary>A column by position.</summary>
    public ref FeatureCell this[int index] => ref cells.AsSpan(0, Count)[index];

    /// <summary>Makes room for a schema's columns, all <see cref="FeatureStatus.NotFound"/>.</summary>
    public void Reset(DataSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        Schema = schema;
        Count = schema.Columns.Count;
        if (cells.Length < Count)
        {
            cells = new FeatureCell[Count];
        }

        cells.AsSpan(0, Count).Clear();
    }
}
