using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>The cards of model versions. A version never changes, so a later card is a revision beside it.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IModelCards
{
    /// <summary>The newest card of a version; null when it has none.</summary>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    Task<ModelCardRevision?> GetAsync(ModelVersionId version, CancellationToken cancellationToken = default);

    /// <summary>
    /// A card to begin with: the newest one, or else what is known without asking anybody (metrics of the package, data sets of the run, the model's
    /// owner and description). It is not saved.
    /// </summary>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    Task<ModelCard> DraftAsync(ModelVersionId version, CancellationToken cancellationToken = default);

    /// <summary>Saves a card as the next revision.</summary>
    /// <param name="version">The version.</param>
    /// <param name="card">The card.</param>
    /// <param name="expectedRevision">The revision that it was made from; null when there was no card.</param>
    /// <param name="cancellationToken">Cancels the call before it commits.</param>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    /// <exception cref="ConcurrencyConflictException">Somebody else saved one in the meantime.</exception>
    Task<ModelCardRevision> SaveAsync(
        ModelVersionId version,
        ModelCard card,
        int? expectedRevision,
        CancellationToken cancellationToken = default
    );

    /// <summary>Every card a version had, oldest first.</summary>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    Task<IReadOnlyList<ModelCardRevision>> ListAsync(ModelVersionId version, CancellationToken cancellationToken = default);
}
