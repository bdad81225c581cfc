using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>Brings new versions to an alias step by step, judged at each step, and takes them back when they do harm.</summary>
/// <remarks>
/// Thread-safe. One rollout of a model is open at a time, for all processes; each follows it within a second. Judged as recurring work by platform
/// time, or when <see cref="AdvanceAsync"/> is called. Every change and its event commit together.
/// </remarks>
public interface IRollouts
{
    /// <summary>Starts a rollout: the candidate is loaded, and then gets its first copies or its first share.</summary>
    /// <remarks>
    /// An alias that does not exist yet is a first deployment: there is nothing to compare with, so the candidate is promoted at once. A candidate
    /// that cannot be loaded gives a rollout that is rolled back already; one that another process cannot load is rolled back within moments. A call
    /// that fails or is cancelled once the rollout was written leaves it open: <see cref="GetCurrentAsync"/> has it, <see cref="AdvanceAsync"/> takes it up.
    /// </remarks>
    /// <param name="model">The model's name.</param>
    /// <param name="candidate">The new version.</param>
    /// <param name="options">How it goes; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start; what has begun is taken up by <see cref="AdvanceAsync"/>.</param>
    /// <exception cref="RolloutConflictException">A rollout of the model is open, or the alias points at the candidate already.</exception>
    /// <exception cref="AssetNotFoundException">No such model or version.</exception>
    /// <exception cref="ModelUnavailableException">The version's files are not in the artifact store of this process.</exception>
    /// <exception cref="ArgumentException">The options are out of their ranges.</exception>
    /// <exception cref="InvalidOperationException">Nothing here can move an alias: the registry was not added.</exception>
    Task<Rollout> StartAsync(string model, int candidate, RolloutOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>A rollout, or null.</summary>
    Task<Rollout?> GetAsync(RolloutId id, CancellationToken cancellationToken = default);

    /// <summary>The open rollout of a model, or null.</summary>
    Task<Rollout?> GetCurrentAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>The rollouts of a model, newest first.</summary>
    Task<IReadOnlyList<Rollout>> ListAsync(string model, CancellationToken cancellationToken = default);

    /// <summary>
    /// What a rollout is judged by: of an open one the requests, errors and run times that all processes have counted since it began; of an ended one all that its
    /// last verdict rests on. Moves nothing.
    /// </summary>
    /// <returns>Null for one that nothing was counted or judged of yet, and when there is no such rollout.</returns>
    Task<GateResult?> GetEvidenceAsync(RolloutId id, CancellationToken cancellationToken = default);

    /// <summary>Ends an open rollout by moving the alias now; <see cref="RolloutState.Superseded"/> when the alias has moved meanwhile.</summary>
    /// <exception cref="RolloutConflictException">It has ended already.</exception>
    /// <exception cref="AssetNotFoundException">No such rollout.</exception>
    Task<Rollout> PromoteAsync(RolloutId id, string reason, CancellationToken cancellationToken = default);

    /// <summary>Ends an open rollout; the candidate gets nothing any more.</summary>
    /// <exception cref="RolloutConflictException">It has ended already.</exception>
    /// <exception cref="AssetNotFoundException">No such rollout.</exception>
    Task<Rollout> RollBackAsync(RolloutId id, string reason, CancellationToken cancellationToken = default);

    /// <summary>Judges every open rollout and moves those that are due, each by one step at most.</summary>
    /// <returns>How many rollouts moved.</returns>
    /// <exception cref="AggregateException">Some could not be judged, and stay where they are; the others were.</exception>
    Task<int> AdvanceAsync(CancellationToken cancellationToken = default);
}
