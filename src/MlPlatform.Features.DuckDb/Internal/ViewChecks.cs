namespace MlPlatform.Features.DuckDb.Internal;

/// <summary>Refuses views that contradict themselves, before anything is read.</summary>
internal static class ViewChecks
{
    public static void Check(PointInTimeView view)
    {
        CheckSource(view.Source, view.FrameKeys, view.KnownAt);
        CheckNames(view.Features.Select(f => f.Name));
        if (view.TimeToLive < TimeSpan.Zero)
        {
            throw new ArgumentException("The time to live is negative.", nameof(view));
        }
    }

    public static void Check(WindowedView view)
    {
        CheckSource(view.Source, view.FrameKeys, view.KnownAt);
        CheckNames(view.Features.Select(f => f.Name));
        if (view.Features.Count == 0)
        {
            throw new ArgumentException("An aggregate view has no feature.", nameof(view));
        }

        foreach (var feature in view.Features)
        {
            if (
                feature.Window < TimeSpan.FromMicroseconds(1)
                || feature.Hop < TimeSpan.Zero
                || feature.Hop.Ticks % TimeSpan.TicksPerMicrosecond != 0
            )
            {
                throw new ArgumentException(
                    $"Feature '{feature.Name}': a window of {feature.Window} with a hop of {feature.Hop} is not possible.",
                    nameof(view)
                );
            }
        }
    }

    private static void CheckSource(OfflineSource source, IReadOnlyList<string> frameKeys, bool knownAt)
    {
        if (frameKeys.Count != source.KeyColumns.Count || frameKeys.Count == 0)
        {
            throw new ArgumentException(
                $"The frame has {frameKeys.Count} key columns and the source {source.KeyColumns.Count}; both need the same number, at least one.",
                nameof(frameKeys)
            );
        }

        if (knownAt && source.CreatedTimeColumn is null)
        {
            throw new ArgumentException("What was known at a time needs a source with a created time.", nameof(source));
        }
    }

    private static void CheckNames(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!seen.Add(name))
            {
                throw new ArgumentException($"Two features have the name '{name}'.", nameof(names));
            }
        }
    }
}
