using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Points of one run, column by column. A not-a-number is kept as 0 with a mark.</summary>
internal sealed class MetricColumns(int count)
{
    private readonly string[] keys = new string[count];
    private readonly long[] steps = new long[count];
    private readonly long[] times = new long[count];
    private readonly double[] values = new double[count];
    private readonly long[] nans = new long[count];
    private int filled;

    public int Count => filled;

    public void Add(string key, double value, long step, long at)
    {
        keys[filled] = key;
        steps[filled] = step;
        times[filled] = at;
        values[filled] = double.IsNaN(value) ? 0 : value;
        nans[filled++] = double.IsNaN(value) ? 1 : 0;
    }

    /// <summary>The latest point of each metric, in key order, so that two batches of one run cannot deadlock on a database that locks rows.</summary>
    public MetricColumns Latest()
    {
        var latest = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < filled; i++)
        {
            if (!latest.TryGetValue(keys[i], out var best) || Rank(i).CompareTo(Rank(best)) > 0)
            {
                latest[keys[i]] = i;
            }
        }

        var columns = new MetricColumns(latest.Count);
        foreach (var i in latest.Values)
        {
            columns.Add(keys[i], nans[i] == 1 ? double.NaN : values[i], steps[i], times[i]);
        }

        return columns;
    }

    public IReadOnlyList<InsertColumn> ToInsert(params ReadOnlySpan<InsertColumn> others) =>
        [.. others, new("key", keys), new("step", steps), new("at", times), new("value", values), new("is_nan", nans)];

    private (long Step, long At, long Number, double Value) Rank(int i) => (steps[i], times[i], 1 - nans[i], values[i]);
}
