namespace MlPlatform.Benchmarks;

/// <summary>What a program without a platform has: means that were computed once, by key. They do not age and know no time.</summary>
internal sealed class HandMadeFeatures
{
    private readonly Dictionary<string, (double Late, double Delay)> origins;
    private readonly Dictionary<string, (double Late, double Delay)> destinations;
    private readonly Dictionary<(string, string), (double Late, double Delay)> routes;

    public HandMadeFeatures(IReadOnlyList<Landing> landings)
    {
        origins = Means(landings, l => l.Origin);
        destinations = Means(landings, l => l.Destination);
        routes = Means(landings, l => (l.Origin, l.Destination));
    }

    public IEnumerable<(string Key, (double Late, double Delay) Value)> All =>
        [
            .. origins.Select(o => ("o" + o.Key, o.Value)),
            .. destinations.Select(d => ("d" + d.Key, d.Value)),
            .. routes.Select(r => ($"{r.Key.Item1}-{r.Key.Item2}", r.Value)),
        ];

    public (double Late, double Delay) Origin(string origin) => origins.GetValueOrDefault(origin);

    public (double Late, double Delay) Destination(string destination) => destinations.GetValueOrDefault(destination);

    public (double Late, double Delay) Route(string origin, string destination) => routes.GetValueOrDefault((origin, destination));

    private static Dictionary<TKey, (double Late, double Delay)> Means<TKey>(IEnumerable<Landing> landings, Func<Landing, TKey> key)
        where TKey : notnull =>
        landings.GroupBy(key).ToDictionary(g => g.Key, g => (g.Average(l => l.Late ? 1.0 : 0), g.Average(l => (double)l.Delay)));
}
