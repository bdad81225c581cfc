namespace MlPlatform.Serving.Internal;

/// <summary>Connects a predictor's types to a version.</summary>
internal interface IVersionBinder<TIn, TOut>
{
    /// <exception cref="PredictorMismatchException">They do not fit.</exception>
    Task<BoundVersion<TIn, TOut>> BindAsync(LoadedVersion version, CancellationToken cancellationToken);
}
