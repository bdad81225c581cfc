namespace MlPlatform.Serving.Internal;

/// <summary>A loaded version with what a predictor's types need to talk to it.</summary>
/// <param name="Version">The version.</param>
/// <param name="Write">Request to input buffer.</param>
/// <param name="Read">Output buffer to answer.</param>
/// <param name="Features">The inputs that come from features; null when there are none.</param>
internal sealed record BoundVersion<TIn, TOut>(
    LoadedVersion Version,
    Action<TIn, RequestBuffer, int> Write,
    Func<RequestBuffer, int, TOut> Read,
    FeaturePlan? Features
)
{
    /// <summary>How many rows a request has, once it is known to fit; null where it is always one.</summary>
    public Func<TIn, int>? Rows { get; init; }

    /// <summary>The layout of a request's inputs; null where it is the version's own.</summary>
    public Func<TIn, BufferLayout>? Layout { get; init; }
}
