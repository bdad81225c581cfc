namespace MlPlatform.Monitoring.Internal;

/// <summary>Some hundred captured rows of one layout, in arrays that are used again.</summary>
internal sealed class CaptureBlock
{
    private readonly CapturedRow[] rows;
    private readonly double[] numeric;
    private readonly ulong[] categories;

    public CaptureBlock(LayoutCapture owner, int rows)
    {
        Owner = owner;
        numeric = new double[rows * owner.NumericWidth];
        categories = new ulong[rows * owner.CategoryWidth];
        this.rows = new CapturedRow[rows];
    }

    public LayoutCapture Owner { get; }

    public int Count { get; private set; }

    public bool IsFull => Count == rows.Length;

    public ReadOnlySpan<CapturedRow> Rows => rows.AsSpan(0, Count);

    public ReadOnlySpan<double> Numeric(int row) => numeric.AsSpan(row * Owner.NumericWidth, Owner.NumericWidth);

    public ReadOnlySpan<ulong> Categories(int row) => categories.AsSpan(row * Owner.CategoryWidth, Owner.CategoryWidth);

    /// <summary>One value of each row.</summary>
    public T[] Select<T>(Func<CapturedRow, T> value)
    {
        var values = new T[Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = value(rows[i]);
        }

        return values;
    }

    public void Append(in PredictionRecord record)
    {
        var row = Count;
        ref var to = ref rows[row];
        to.Id = record.Id.Value;
        to.Time = record.TimeMicros;
        to.Score = ScoreOf(record);
        to.Class = record.Class;
        to.Route = record.Route;
        if (record.Segment is not null) // Else it is null already, and to write a reference costs more.
        {
            to.Segment = record.Segment;
        }

        // Of the widths of the layout, which has been looked at.
        record.Numeric.CopyTo(numeric.AsSpan(row * record.Numeric.Length));
        record.Categories.CopyTo(categories.AsSpan(row * record.Categories.Length));
        Count = row + 1;
    }

    public void Clear()
    {
        rows.AsSpan(0, Count).Clear(); // Of segments: nothing is to be kept alive.
        Count = 0;
    }

    private static double ScoreOf(in PredictionRecord record) =>
        record.Scores.Length switch
        {
            0 => double.NaN,
            1 => record.Scores[0],
            _ => (uint)record.Class < (uint)record.Scores.Length ? record.Scores[record.Class] : double.NaN,
        };
}
