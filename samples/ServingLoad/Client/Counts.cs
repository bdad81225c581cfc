namespace ServingLoad;

/// <summary>What came back within some time.</summary>
/// <param name="Statuses">Answers by status.</param>
/// <param name="Versions">Answers of status 200 by the version that gave them.</param>
/// <param name="Latencies">How long those took.</param>
/// <param name="Broken">Connections that ended without an answer.</param>
/// <param name="Wrong">Answers whose value is not that of the version that they name.</param>
/// <param name="WithoutRetryAfter">Refusals that do not say when to come again.</param>
internal sealed record Counts(
    IReadOnlyDictionary<int, long> Statuses,
    IReadOnlyDictionary<int, long> Versions,
    Latencies Latencies,
    long Broken,
    long Wrong,
    long WithoutRetryAfter
)
{
    public long Requests => Statuses.Values.Sum() + Broken;

    public long Answered => Statuses.GetValueOrDefault(200);

    public long Refused => Statuses.GetValueOrDefault(429) + Statuses.GetValueOrDefault(503);

    /// <summary>All that is neither answered nor refused.</summary>
    public long Failed => Requests - Answered - Refused;

    /// <summary>What has come since an earlier reading.</summary>
    public Counts Since(Counts earlier) =>
        new(
            Less(Statuses, earlier.Statuses),
            Less(Versions, earlier.Versions),
            Latencies.Since(earlier.Latencies),
            Broken - earlier.Broken,
            Wrong - earlier.Wrong,
            WithoutRetryAfter - earlier.WithoutRetryAfter
        );

    private static Dictionary<int, long> Less(IReadOnlyDictionary<int, long> now, IReadOnlyDictionary<int, long> before) =>
        now.Select(p => (p.Key, Count: p.Value - before.GetValueOrDefault(p.Key)))
            .Where(p => p.Count > 0)
            .ToDictionary(p => p.Key, p => p.Count);
}
