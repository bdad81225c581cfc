namespace MlPlatform.Core;

/// <summary>Moves an alias to a version, in the caller's transaction. Given by the registry; used by rollouts, so that a promotion and the end of its rollout commit together.</summary>
public interface IModelPromotion
{
    /// <summary>Moves the alias by compare-and-set, with its history row and events.</summary>
    /// <returns>The alias's new tag.</returns>
    /// <exception cref="ConcurrencyConflictException">The alias has moved since <see cref="ModelPromotion.Expected"/> was read.</exception>
    /// <exception cref="PromotionRefusedException">A promotion policy does not allow it.</exception>
    /// <exception cref="AssetNotFoundException">No such model or version.</exception>
    Task<ETag> PromoteAsync(IUnitOfWork work, ModelPromotion promotion);
}
