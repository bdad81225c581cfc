using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>Predicts with any model of the model source, by tensors, without a predictor of its own: what the inference protocols stand on.</summary>
/// <remarks>
/// Thread-safe. A model is loaded when it is first asked for and then follows its alias and its rollouts as predictors do; of more than
/// <see cref="ServingOptions.MaxOpenModels"/> references, or of more than
/// <see cref="ServingOptions.MaxOpenModelBytes"/>, those not used for longest are let go, and loaded again when they are asked for. Only a model that
/// was unloaded is not.
/// </remarks>
public interface IInferenceServer
{
    /// <summary>Predicts the rows of a request, all by the same version.</summary>
    /// <param name="model">The model, <c>name@alias</c> or <c>name@vN</c>.</param>
    /// <param name="request">The inputs.</param>
    /// <param name="options">What the caller says about this prediction. The id is that of the first row; the row after it has the next number.</param>
    /// <param name="cancellationToken">Cancels loading and waiting for a busy model; a run in progress is not interrupted.</param>
    /// <exception cref="AssetNotFoundException">No such model, alias or version.</exception>
    /// <exception cref="ModelUnavailableException">It cannot be loaded, or was unloaded.</exception>
    /// <exception cref="PredictionInputException">The inputs do not fit the model.</exception>
    /// <exception cref="ModelOverloadedException">The model is too busy to come to it in time.</exception>
    /// <exception cref="PredictionTimeoutException">Its <see cref="PredictOptions.Timeout"/> was over before the model came to it.</exception>
    /// <exception cref="PredictionFailedException">The model itself failed.</exception>
    ValueTask<Prediction<IReadOnlyList<NamedTensor>>> PredictAsync(
        ModelReference model,
        TensorRequest request,
        in PredictOptions options = default,
        CancellationToken cancellationToken = default
    );

    /// <summary>Refuses a request before it is read, where the model is too busy for it. Costs far less than to read it and to catch what is thrown then.</summary>
    /// <param name="model">The model, <c>name@alias</c> or <c>name@vN</c>.</param>
    /// <param name="priority">How urgent the request is.</param>
    /// <returns>What predicting would throw; null where it may be predicted, and for a model that is not open.</returns>
    ModelOverloadedException? Refuse(ModelReference model, PredictionPriority priority = default) => null;

    /// <summary>What a reference answers with now; loads it if it is not loaded.</summary>
    /// <param name="model">The model, <c>name@alias</c> or <c>name@vN</c>.</param>
    /// <param name="cancellationToken">Cancels loading.</param>
    /// <exception cref="AssetNotFoundException">No such model, alias or version.</exception>
    /// <exception cref="ModelUnavailableException">It cannot be loaded, or was unloaded.</exception>
    ValueTask<TensorModel> DescribeAsync(ModelReference model, CancellationToken cancellationToken = default);

    /// <summary>Loads what a reference means now, whether it is open or not or its model was unloaded, and completes when that answers.</summary>
    /// <remarks>A version that could not be loaded is tried again at once.</remarks>
    /// <param name="model">The model, <c>name@alias</c> or <c>name@vN</c>.</param>
    /// <param name="cancellationToken">Cancels loading.</param>
    /// <exception cref="AssetNotFoundException">No such model, alias or version.</exception>
    /// <exception cref="ModelUnavailableException">It cannot be loaded; what answered before goes on.</exception>
    Task LoadAsync(ModelReference model, CancellationToken cancellationToken = default);

    /// <summary>What is open, the one used last coming last.</summary>
    IReadOnlyList<ServedModel> ListOpen();

    /// <summary>What each version that answers here, to predictors too, has done since it was loaded.</summary>
    IReadOnlyList<ModelStatistics> ListStatistics();

    /// <summary>The models that were unloaded, and not loaded since, by name.</summary>
    IReadOnlyList<string> ListUnloaded();

    /// <summary>Takes a model out of use until it is loaded again; whoever is using it finishes. Predictors of the application keep it.</summary>
    /// <param name="name">The model.</param>
    /// <param name="cancellationToken">Ends the wait for its memory to be let go of; it is unloaded all the same.</param>
    /// <exception cref="AssetNotFoundException">It is not open, and there is none of that name to be opened.</exception>
    Task UnloadAsync(string name, CancellationToken cancellationToken = default);
}
