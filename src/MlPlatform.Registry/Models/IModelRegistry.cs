using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>The model database: immutable versions, and aliases that move by compare-and-set and keep their history.</summary>
/// <remarks>
/// <para>
/// Thread-safe, also between processes. Every change and its event commit together and survive a power loss. The overloads that take an
/// <see cref="IUnitOfWork"/> join the caller's transaction, which should then ask for <see cref="Durability.Power"/>.
/// </para>
/// <para>A model's name is 1 to 250 characters without <c>/ \ : @</c> and control characters, not <c>.</c> or <c>..</c>, and has no space at its ends.
/// An alias is 1 to 255 of <c>A-Z a-z 0-9 _ -</c>, not <c>latest</c> and not <c>v</c> followed by digits. Others are an <see cref="ArgumentException"/>.</para>
/// </remarks>
public interface IModelRegistry
{
    /// <summary>Stores a package and registers it as the next version of a model, which is made if it is new.</summary>
    /// <exception cref="InvalidModelPackageException">A path of the package is unsafe.</exception>
    /// <exception cref="ArtifactCorruptException">A file's bytes do not match the manifest.</exception>
    Task<ModelVersion> RegisterVersionAsync(
        string name,
        ModelPackage package,
        ModelVersionOptions? options = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Stores a package's files and manifest without registering it: the first half of a registration inside a caller's transaction.</summary>
    /// <exception cref="InvalidModelPackageException">A path of the package is unsafe.</exception>
    /// <exception cref="ArtifactCorruptException">A file's bytes do not match the manifest.</exception>
    Task<StoredModelPackage> StorePackageAsync(ModelPackage package, CancellationToken cancellationToken = default);

    /// <summary>Registers a stored package inside the caller's transaction.</summary>
    Task<ModelVersion> RegisterVersionAsync(IUnitOfWork work, string name, StoredModelPackage package, ModelVersionOptions? options = null);

    /// <summary>Registers a model that another system keeps, or whose files are not a package of ours, as the next version.</summary>
    /// <exception cref="AssetNotFoundException">It names a logged model that does not exist.</exception>
    /// <exception cref="ArgumentException">The source is blank or too long.</exception>
    Task<ModelVersion> RegisterVersionAsync(
        string name,
        ExternalModel model,
        ModelVersionOptions? options = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Registers a version's package once more, as the next version of another model (or of the same): same bytes, same run, origin recorded.</summary>
    /// <param name="source">The version to copy.</param>
    /// <param name="name">The model that gets it; made if it is new.</param>
    /// <param name="options">Description and tags of the copy; default: those of the source. Its run and origin are the source's.</param>
    /// <param name="cancellationToken">Cancels the call before it commits.</param>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    Task<ModelVersion> CopyVersionAsync(
        ModelVersionId source,
        string name,
        ModelVersionOptions? options = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Makes a model without versions. One of the name that was deleted begins anew, except that its version numbers go on.</summary>
    /// <exception cref="AssetExistsException">There is one.</exception>
    Task<RegisteredModel> CreateModelAsync(
        string name,
        RegisteredModelOptions? options = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>A registered model; null when there is none.</summary>
    Task<RegisteredModel?> GetModelAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Says anew what a model is for.</summary>
    /// <exception cref="AssetNotFoundException">No such model.</exception>
    Task<RegisteredModel> UpdateModelAsync(string name, string? description, CancellationToken cancellationToken = default);

    /// <summary>Says who answers for a model: a person or a team; null says that nobody does.</summary>
    /// <exception cref="AssetNotFoundException">No such model.</exception>
    Task<RegisteredModel> SetModelOwnerAsync(string name, string? owner, CancellationToken cancellationToken = default);

    /// <summary>Gives a model another name. Versions, aliases and their history follow at once; events that happened keep the name of their time.</summary>
    /// <exception cref="AssetNotFoundException">No such model.</exception>
    /// <exception cref="AssetExistsException">The name is taken, by a deleted model perhaps.</exception>
    /// <exception cref="ArgumentException">A promotion policy names the model, or the new name.</exception>
    Task<RegisteredModel> RenameModelAsync(string name, string newName, CancellationToken cancellationToken = default);

    /// <summary>Deletes a model with its versions, tags and aliases. Its alias history stays, and its version numbers are never used again.</summary>
    /// <exception cref="AssetNotFoundException">No such model.</exception>
    Task DeleteModelAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Sets or replaces a tag of a model; values up to 100,000 characters.</summary>
    /// <exception cref="AssetNotFoundException">No such model.</exception>
    Task SetModelTagAsync(string name, string key, string value, CancellationToken cancellationToken = default);

    /// <summary>Removes a tag of a model.</summary>
    /// <exception cref="AssetNotFoundException">No such model, or it has no such tag.</exception>
    Task DeleteModelTagAsync(string name, string key, CancellationToken cancellationToken = default);

    /// <summary>Says anew what a version is. What it holds never changes.</summary>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    Task<ModelVersion> UpdateVersionAsync(ModelVersionId id, string? description, CancellationToken cancellationToken = default);

    /// <summary>Sets or replaces a tag of a version; values up to 100,000 characters.</summary>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    Task SetVersionTagAsync(ModelVersionId id, string key, string value, CancellationToken cancellationToken = default);

    /// <summary>Removes a tag of a version.</summary>
    /// <exception cref="AssetNotFoundException">No such version, or it has no such tag.</exception>
    Task DeleteVersionTagAsync(ModelVersionId id, string key, CancellationToken cancellationToken = default);

    /// <summary>Deletes a version and removes the aliases that point at it. Its number is never used again; its bytes go with the next collection.</summary>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    Task DeleteVersionAsync(ModelVersionId id, CancellationToken cancellationToken = default);

    /// <summary>A version; null when there is none.</summary>
    Task<ModelVersion?> GetVersionAsync(ModelVersionId id, CancellationToken cancellationToken = default);

    /// <summary>A model's versions, newest first.</summary>
    /// <param name="name">The model.</param>
    /// <param name="before">Only versions below this number, to page on; null begins at the newest.</param>
    /// <param name="limit">At most so many, 1 to 1000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(
        string name,
        int? before = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    );

    /// <summary>Registered models in ordinal order of name.</summary>
    /// <param name="after">Only models after this name, to page on; null begins at the first.</param>
    /// <param name="limit">At most so many, 1 to 1000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<RegisteredModel>> ListModelsAsync(
        string? after = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    );

    /// <summary>Finds registered models that are not deleted. One that comes in while pages are read never repeats or shifts others.</summary>
    /// <exception cref="InvalidSearchException">The filter, the order or the token cannot be understood.</exception>
    Task<Page<RegisteredModel>> SearchModelsAsync(ModelQuery query, CancellationToken cancellationToken = default);

    /// <summary>Finds versions that are not deleted, of any model, in stable pages as models.</summary>
    /// <exception cref="InvalidSearchException">The filter, the order or the token cannot be understood.</exception>
    Task<Page<ModelVersion>> SearchVersionsAsync(VersionQuery query, CancellationToken cancellationToken = default);

    /// <summary>Points an alias at a version. Pointing it where it points already changes nothing and is no event.</summary>
    /// <param name="name">The model.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="version">The version.</param>
    /// <param name="expected">The state that the caller saw; <see cref="ETag.None"/> demands that the alias does not exist; null moves it from wherever it is.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="AssetNotFoundException">The model has no such version.</exception>
    /// <exception cref="ConcurrencyConflictException">The alias is not in the expected state.</exception>
    /// <exception cref="PromotionRefusedException">A promotion policy does not allow it.</exception>
    /// <exception cref="ArtifactNotFoundException">The gate evidence is not in the artifact store.</exception>
    Task<ModelAlias> SetAliasAsync(
        string name,
        string alias,
        int version,
        ETag? expected,
        AliasMoveReason reason,
        CancellationToken cancellationToken = default
    );

    /// <summary>Points an alias at a version inside the caller's transaction. The gate evidence must be in the artifact store already.</summary>
    /// <exception cref="AssetNotFoundException">The model has no such version.</exception>
    /// <exception cref="ConcurrencyConflictException">The alias is not in the expected state.</exception>
    /// <exception cref="PromotionRefusedException">A promotion policy does not allow it.</exception>
    Task<ModelAlias> SetAliasAsync(IUnitOfWork work, string name, string alias, int version, ETag? expected, AliasMoveReason reason);

    /// <summary>Removes an alias; its history stays.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ConcurrencyConflictException">The alias is not in the expected state.</exception>
    Task<bool> RemoveAliasAsync(
        string name,
        string alias,
        ETag? expected,
        AliasMoveReason reason,
        CancellationToken cancellationToken = default
    );

    /// <summary>What an alias points at, with the tag for the next conditional move; null when there is no such alias.</summary>
    Task<ModelAlias?> GetAliasAsync(string name, string alias, CancellationToken cancellationToken = default);

    /// <summary>The aliases of a model in ordinal order.</summary>
    Task<IReadOnlyList<ModelAlias>> ListAliasesAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Every state an alias was in, oldest first.</summary>
    Task<IReadOnlyList<AliasHistoryEntry>> GetAliasHistoryAsync(string name, string alias, CancellationToken cancellationToken = default);

    /// <summary>The version an alias pointed at at a time; null when it pointed nowhere.</summary>
    Task<ModelVersionId?> GetLiveAtAsync(string name, string alias, DateTimeOffset time, CancellationToken cancellationToken = default);
}
