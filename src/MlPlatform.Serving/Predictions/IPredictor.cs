namespace MlPlatform.Serving;

/// <summary>Predicts with the version that a reference means now. Injected; the service key is the reference.</summary>
/// <remarks>
/// Thread-safe. A swap of the model never fails a call: calls in flight finish on the version they started with. A canary that fails, or does not
/// take an input that the default version takes, costs nobody an answer: the default version gives it. A version that could not be loaded is tried
/// again every <see cref="ServingOptions.RetryInterval"/>, not by each call.
/// </remarks>
/// <typeparam name="TIn">The request: properties are matched with the model's inputs by name, ignoring case and underscores, or by a column attribute.</typeparam>
/// <typeparam name="TOut">The answer: constructor parameters or properties matched with the outputs, or the type of the only output.</typeparam>
public interface IPredictor<TIn, TOut>
    where TIn : notnull
{
    /// <summary>Predicts one row. Completes synchronously, without allocating, when the model is loaded, small or free, and no feature read has to wait.</summary>
    /// <param name="input">The request.</param>
    /// <param name="cancellationToken">Cancels loading, feature reads and waiting for a busy model; a run in progress is not interrupted.</param>
    /// <exception cref="ModelUnavailableException">No version could be loaded yet.</exception>
    /// <exception cref="PredictionInputException">The input has a value that the model cannot take.</exception>
    /// <exception cref="ModelOverloadedException">The model is too busy to come to it in time.</exception>
    /// <exception cref="PredictionTimeoutException">Its <see cref="PredictOptions.Timeout"/> was over before the model came to it.</exception>
    /// <exception cref="PredictionFailedException">The model itself failed.</exception>
    ValueTask<Prediction<TOut>> PredictAsync(TIn input, CancellationToken cancellationToken = default);

    /// <summary>Predicts one row with an id, a routing key or a segment of the caller's.</summary>
    /// <param name="input">The request.</param>
    /// <param name="options">What the caller says about this prediction.</param>
    /// <param name="cancellationToken">Cancels loading, feature reads and waiting for a busy model; a run in progress is not interrupted.</param>
    /// <exception cref="ModelUnavailableException">No version could be loaded yet.</exception>
    /// <exception cref="PredictionInputException">The input has a value that the model cannot take.</exception>
    /// <exception cref="ModelOverloadedException">The model is too busy to come to it in time.</exception>
    /// <exception cref="PredictionTimeoutException">Its <see cref="PredictOptions.Timeout"/> was over before the model came to it.</exception>
    /// <exception cref="PredictionFailedException">The model itself failed.</exception>
    ValueTask<Prediction<TOut>> PredictAsync(TIn input, in PredictOptions options, CancellationToken cancellationToken = default);

    /// <summary>Refuses a request before it is read, where the model is too busy for it. Costs far less than to read it and to catch what is thrown then.</summary>
    /// <param name="priority">How urgent the request is.</param>
    /// <returns>What predicting would throw; null where it may be predicted.</returns>
    ModelOverloadedException? Refuse(PredictionPriority priority = default) => null;
}
