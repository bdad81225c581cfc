namespace MlPlatform.Registry;

/// <summary>What is written to a run at once: all of it or nothing.</summary>
public sealed record RunBatch
{
    /// <summary>Points of metrics; a point that is there already changes nothing.</summary>
    public IReadOnlyList<MetricEntry> Metrics { get; init; } = [];

    /// <summary>Parameters, each key once.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Params { get; init; } = [];

    /// <summary>Tags; of two values of one key the last holds.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];
}
