namespace MlPlatform.Serving;

/// <summary>Predicts with the version that a reference means now. Injected; never made by hand.</summary>
/// <remarks>Thread-safe. A swap of the model never fails a call: calls in flight finish on the version they started with.</remarks>
/// <typeparam name="TIn">The request: properties are matched with the model's inputs by name, ignoring case and underscores.</typeparam>
/// <typeparam name="TOut">The answer: constructor parameters or properties matched with the outputs, or the type of the only output.</typeparam>
public interface IPredictor<TIn, TOut>
    where TIn : notnull
{
    /// <summary>Predicts one row. Completes synchronously when the model is loaded and no online features are read.</summary>
    /// <param name="input">The request.</param>
    /// <param name="options">Segment and caller; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels loading and feature reads; a run in progress is not interrupted.</param>
    /// <exception cref="ModelUnavailableException">No version could be loaded yet.</exception>
    /// <exception cref="PredictionInputException">The input has a value that the model cannot take.</exception>
    ValueTask<Prediction<TOut>> PredictAsync(TIn input, PredictOptions? options = null, CancellationToken cancellationToken = default);
}
