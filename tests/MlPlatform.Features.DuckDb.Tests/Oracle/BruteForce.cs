namespace MlPlatform.Features.DuckDb.Tests.Oracle;

/// <summary>The semantics, row by row, in the plainest form.</summary>
internal static class BruteForce
{
    /// <summary>The number of the row that wins for each row of the frame, or -1 without one, or -2 when it is too old.</summary>
    public static int[] Join(IReadOnlyList<FrameRow> frame, IReadOnlyList<SourceRow> source, long timeToLive, bool knownAt) =>
        [
            .. frame.Select(f =>
            {
                var best = -1;
                for (var i = 0; i < source.Count; i++)
                {
                    if (Usable(f, source[i], knownAt) && (best < 0 || Order(source[i], i).CompareTo(Order(source[best], best)) > 0))
                    {
                        best = i;
                    }
                }

                return best >= 0 && timeToLive > 0 && source[best].Event < f.Time - timeToLive ? -2 : best;
            }),
        ];

    /// <summary>The result of a function for each row of the frame; null also where a key or the time is missing.</summary>
    public static double?[] Aggregate(
        IReadOnlyList<FrameRow> frame,
        IReadOnlyList<SourceRow> source,
        AggregateFunction function,
        bool rows,
        long window,
        long hop,
        bool knownAt
    ) =>
        [
            .. frame.Select(f =>
            {
                if (f.Key1 is null || f.Key2 is null || f.Time is null)
                {
                    return (double?)null;
                }

                var low = hop == 0 ? f.Time.Value - window : (long)Math.Floor((f.Time.Value - window) / (double)hop) * hop;
                var events = source
                    .Select((row, place) => (Row: row, Place: place))
                    .Where(e => Usable(f, e.Row, knownAt) && e.Row.Event > low)
                    .OrderBy(e => Order(e.Row, e.Place))
                    .ToArray();
                var values = events.Where(e => e.Row.Value is not null).Select(e => e.Row.Value!.Value).ToArray();
                return function switch
                {
                    AggregateFunction.Count => rows ? events.Length : values.Length,
                    _ when values.Length == 0 => null,
                    AggregateFunction.Sum => values.Sum(),
                    AggregateFunction.Mean => values.Average(),
                    AggregateFunction.Min => values.Min(),
                    AggregateFunction.Max => values.Max(),
                    AggregateFunction.First => values[0],
                    AggregateFunction.Last => values[^1],
                    _ when values.Length == 1 => null,
                    AggregateFunction.Variance => Variance(values),
                    _ => Math.Sqrt(Variance(values)),
                };
            }),
        ];

    private static bool Usable(FrameRow f, SourceRow s, bool knownAt) =>
        f.Key1 is not null
        && f.Key2 is not null
        && string.Equals(f.Key1, s.Key1, StringComparison.Ordinal)
        && f.Key2 == s.Key2
        && s.Event <= f.Time
        && (!knownAt || s.Created <= f.Time);

    private static (long, long, long, int) Order(SourceRow row, int place) =>
        (row.Event!.Value, row.Created ?? long.MinValue, row.Sequence ?? long.MinValue, place);

    private static double Variance(double[] values)
    {
        var mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
    }
}
