namespace MlPlatform.Monitoring.Internal;

/// <summary>Some hundred captured rows of one layout, in arrays that are used again.</summary>
internal sealed class CaptureBlock
{
    private readonly double[] numeric;
    private readonly ulong[] categories;
    private readonly int numericWidth;
    private readonly int categoryWidth;

    public CaptureBlock(LayoutCapture owner, int rows)
    {
        Owner = owner;
        numericWidth = owner.Layout.NumericColumns.Count;
        categoryWidth = owner.Layout.CategoryColumns.Count;
        numeric = new double[rows * numericWidth];
        categories = new ulong[rows * categoryWidth];
        Ids = new Guid[rows];
        Times = new long[rows];
        Scores = new double[rows];
        Classes = new int[rows];
        Routes = new byte[rows];
        Segments = new string?[rows];
    }

    public LayoutCapture Owner { get; }

    public int Count { get; private set; }

    public bool IsFull => Count == Ids.Length;

    public Guid[] Ids { get; }

    public long[] Times { get; }

    public double[] Scores { get; }

    public int[] Classes { get; }

    public byte[] Routes { get; }

    public string?[] Segments { get; }

    public ReadOnlySpan<double> Numeric(int row) => numeric.AsSpan(row * numericWidth, numericWidth);

    public ReadOnlySpan<ulong> Categories(int row) => categories.AsSpan(row * categoryWidth, categoryWidth);

    public void Append(in PredictionRecord record)
    {
        var row = Count;
        Ids[row] = record.Id.Value;
        Times[row] = record.TimeMicros;
        Scores[row] = ScoreOf(record);
        Classes[row] = record.Class;
        Routes[row] = (byte)record.Route;
        Segments[row] = record.Segment;
        record.Numeric.CopyTo(numeric.AsSpan(row * numericWidth));
        record.Categories.CopyTo(categories.AsSpan(row * categoryWidth));
        Count = row + 1;
    }

    public void Clear()
    {
        Segments.AsSpan(0, Count).Clear();
        Count = 0;
    }

    // One score is a probability or a value; of several, the one of the predicted class is kept.
    private static double ScoreOf(in PredictionRecord record) =>
        record.Scores.Length switch
        {
            0 => double.NaN,
            1 => record.Scores[0],
            _ => (uint)record.Class < (uint)record.Scores.Length ? record.Scores[record.Class] : double.NaN,
        };
}
