using MlPlatform.Core;

namespace MlPlatform.Features.Internal;

/// <summary>One aggregate of a view.</summary>
/// <param name="Target">The position in the view's record.</param>
/// <param name="Name">Its name.</param>
/// <param name="Function">What is computed.</param>
/// <param name="Input">The position in the view's inputs; -1 for a count of events.</param>
/// <param name="InputType">The type of the input.</param>
/// <param name="Window">The window in microseconds.</param>
/// <param name="Hop">The hop in microseconds.</param>
internal sealed record TileFeature(
    int Target,
    string Name,
    AggregateFunction Function,
    int Input,
    DataType InputType,
    long Window,
    long Hop
);
