using System.Collections.Immutable;

namespace MlPlatform.Registry.Tests;

/// <summary>What is compared of a run; times are seconds after the beginning, and other runs are named by their number.</summary>
internal sealed record TrackedRun
{
    private static readonly ImmutableSortedDictionary<string, string> NoPairs = ImmutableSortedDictionary.Create<string, string>(
        StringComparer.Ordinal
    );

    public required string Name { get; init; }

    public RunStatus Status { get; init; }

    public int Start { get; init; }

    public int? End { get; init; }

    public int? Deleted { get; init; }

    public string? Parent { get; init; }

    public ImmutableSortedDictionary<string, string> Tags { get; init; } = NoPairs;

    public ImmutableSortedDictionary<string, string> Params { get; init; } = NoPairs;

    /// <summary>The latest point of each metric, in order of key.</summary>
    public IReadOnlyList<TrackedPoint> Latest { get; init; } = [];

    /// <summary>The points of all metrics, in order of key, step, time and value.</summary>
    public IReadOnlyList<TrackedPoint> History { get; init; } = [];

    public TrackedRun With(string tag, string value) => this with { Tags = Tags.SetItem(tag, value) };

    public override string ToString() =>
        $"""
              '{Name}': {Status} from {Start} to {End?.ToString() ?? "-"}, deleted {Deleted?.ToString() ?? "-"}, under {Parent ?? "-"}
              params {Text(Params)}; tags {Text(Tags)}
              latest {string.Join(' ', Latest)}; history {string.Join(' ', History)}
            """;

    private static string Text(ImmutableSortedDictionary<string, string> pairs) =>
        string.Join(' ', pairs.Select(p => $"{p.Key}={p.Value}"));
}
