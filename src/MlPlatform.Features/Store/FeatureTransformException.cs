using MlPlatform.Core;

namespace MlPlatform.Features;

/// <summary>An on-demand transform threw.</summary>
/// <param name="view">The view whose transform it is.</param>
/// <param name="row">The row of the training set; null online.</param>
/// <param name="innerException">What it threw.</param>
public sealed class FeatureTransformException(string view, int? row, Exception innerException)
    : MlPlatformException(
        row is { } r
            ? FormattableString.Invariant($"The transform of view '{view}' failed at row {r}: {innerException?.Message}")
            : $"The transform of view '{view}' failed: {innerException?.Message}",
        innerException!
    )
{
    /// <summary>The view.</summary>
    public string View { get; } = view;

    /// <summary>The row of the training set; null online.</summary>
    public int? Row { get; } = row;
}
