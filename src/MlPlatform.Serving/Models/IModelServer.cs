namespace MlPlatform.Serving;

/// <summary>The models of this process: what is loaded, and a way to wait for what should be.</summary>
/// <remarks>Thread-safe. In the background it follows the registry's aliases and the rollouts by itself once the platform is started.</remarks>
public interface IModelServer
{
    /// <summary>Completes when the predictors answer with what the registry and the rollouts say now; a replay calls it after each change.</summary>
    /// <param name="model">The model's name; null for all.</param>
    /// <param name="cancellationToken">Cancels loading; what serves stays as it is.</param>
    /// <exception cref="ArgumentException">No predictor of this process uses the model.</exception>
    /// <exception cref="ModelUnavailableException">A version could not be loaded; the versions before go on serving.</exception>
    Task RefreshAsync(string? model = null, CancellationToken cancellationToken = default);

    /// <summary>Whether models of the folder are being loaded, as they are in the background when the platform has started; those of predictors are loaded before that.</summary>
    bool IsLoading { get; }

    /// <summary>What each reference answers with at present.</summary>
    IReadOnlyList<ServedModel> List();
}
