using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>Moves guarded aliases: gates with recorded evidence, approvals, overrides.</summary>
/// <remarks>
/// Thread-safe. A policy holds for every way of moving an alias (<see cref="IModelRegistry.SetAliasAsync(string, string, int, ETag?, AliasMoveReason, CancellationToken)"/>,
/// rollouts, MLflow's clients); this contract is where its gates are checked. Alias without policy: nothing is asked.
/// </remarks>
public interface IPromotions
{
    /// <summary>Checks what a policy asks for. A gate that passed before, against the same baseline and under the same settings, is not run again.</summary>
    /// <returns>Each requirement; empty when the alias has no policy.</returns>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    Task<IReadOnlyList<PromotionRequirement>> CheckAsync(
        ModelVersionId version,
        string alias = "champion",
        CancellationToken cancellationToken = default
    );

    /// <summary>Checks, and points the alias at the version if every requirement holds or an override is in force.</summary>
    /// <param name="version">The version.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="reason">One sentence for the alias's history; null says only that it was promoted.</param>
    /// <param name="cancellationToken">Cancels the call before it commits.</param>
    /// <exception cref="PromotionRefusedException">Something is missing.</exception>
    /// <exception cref="ConcurrencyConflictException">The alias was moved while the gates were checked.</exception>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    Task<ModelAlias> PromoteAsync(
        ModelVersionId version,
        string alias = "champion",
        string? reason = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Approves as the present actor. Again replaces the comment.</summary>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    /// <exception cref="PromotionRefusedException">The present actor has no identity.</exception>
    Task ApproveAsync(
        ModelVersionId version,
        string alias = "champion",
        string? comment = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>The approvals of a version for an alias, oldest first.</summary>
    Task<IReadOnlyList<PromotionApproval>> ListApprovalsAsync(
        ModelVersionId version,
        string alias = "champion",
        CancellationToken cancellationToken = default
    );

    /// <summary>Lets a version pass until a time although its policy does not. An event of its own, <c>gate.overridden</c>.</summary>
    /// <param name="version">The version.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="reason">Why; must say something.</param>
    /// <param name="until">Until when, in platform time, later than now.</param>
    /// <param name="cancellationToken">Cancels the call before it commits.</param>
    /// <exception cref="PromotionRefusedException">A policy of the alias allows no override by the present actor, by its roles.</exception>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    Task OverrideAsync(
        ModelVersionId version,
        string alias,
        string reason,
        DateTimeOffset until,
        CancellationToken cancellationToken = default
    );

    /// <summary>The overrides of a version for an alias, oldest first, those that have ended included.</summary>
    Task<IReadOnlyList<PromotionOverride>> ListOverridesAsync(
        ModelVersionId version,
        string alias = "champion",
        CancellationToken cancellationToken = default
    );
}
