using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Which steps of long metrics to show, so that the curves of several runs can be compared point by point.</summary>
internal static class MetricSample
{
    /// <summary>
    /// Of all steps at most <paramref name="limit"/>, evenly spread; and beside them the first and the last of each run, so that no curve looks shorter than
    /// it is. The points are in order of step.
    /// </summary>
    public static HashSet<long> Steps(IEnumerable<IReadOnlyList<MetricPoint>> runs, int limit)
    {
        var all = new SortedSet<long>();
        var ends = new HashSet<long>();
        foreach (var points in runs.Where(p => p.Count > 0))
        {
            all.UnionWith(points.Select(p => p.Step));
            ends.Add(points[0].Step);
            ends.Add(points[^1].Step);
        }

        if (all.Count <= limit)
        {
            return [.. all];
        }

        var steps = all.ToArray();
        ends.UnionWith(Enumerable.Range(0, limit).Select(i => steps[(int)((long)i * steps.Length / limit)]));
        return ends;
    }
}
