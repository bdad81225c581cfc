namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>Features of a view that one statement computes.</summary>
/// <param name="Features">The features by their places in the view.</param>
/// <param name="Hop">The tiles that the statement adds up; zero when it reads every event of every window.</param>
internal sealed record WindowGroup(IReadOnlyList<(int Place, WindowFeature Feature)> Features, TimeSpan Hop)
{
    /// <summary>The different windows, the widest first.</summary>
    public (TimeSpan Window, TimeSpan Hop)[] Spans { get; } =
        [.. Features.Select(f => (f.Feature.Window, f.Feature.Hop)).Distinct().OrderByDescending(s => s.Window)];

    /// <summary>Features by hop where tiles can be added up, and the others.</summary>
    /// <remarks>
    /// A variance needs the mean of the whole window before it can add what the tiles deviate from it, and without a hop a window ends anywhere.
    /// A hop of a microsecond, the least time there is, is none.
    /// </remarks>
    public static IReadOnlyList<WindowGroup> Of(WindowedView view) =>
        [
            .. view
                .Features.Select((feature, place) => (Place: place, Feature: feature))
                .GroupBy(f =>
                    view.KnownAt
                    || f.Feature.Hop <= TimeSpan.FromMicroseconds(1)
                    || f.Feature.Function is AggregateFunction.Variance or AggregateFunction.StdDev
                        ? TimeSpan.Zero
                        : f.Feature.Hop
                )
                .Select(g => new WindowGroup([.. g], g.Key)),
        ];
}
