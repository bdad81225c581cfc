namespace MlPlatform.Registry;

/// <summary>Lets go of what is no longer needed, in two steps: deletion by rules, which can be undone for runs, and removal for good after a grace period.</summary>
/// <remarks>
/// Thread-safe. A run, logged model, model, version or experiment with the tag <c>mlp.hold</c> is never touched, nor an experiment with a trace that has
/// it. Each asset is its own transaction with its own event, so a call
/// that is cut off has done part of its work and may be repeated. Artifact bytes go with the next garbage collection.
/// </remarks>
public interface IRegistryRetention
{
    /// <summary>Deletes what <see cref="RegistryOptions.Retention"/> no longer keeps.</summary>
    /// <param name="dryRun">Only says what would be deleted.</param>
    /// <param name="cancellationToken">Stops between two assets.</param>
    /// <returns>What was deleted, and why.</returns>
    Task<IReadOnlyList<RetentionItem>> ApplyAsync(bool dryRun = false, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes deleted experiments, runs, logged models and versions for good. Version numbers are never used again, and events, lineage and the
    /// history of aliases stay.
    /// </summary>
    /// <param name="gracePeriod">Only what was deleted so long ago, in platform time. Default: 30 days.</param>
    /// <param name="dryRun">Only says what would be removed.</param>
    /// <param name="cancellationToken">Stops between two assets.</param>
    /// <returns>What was removed, and what was spared and why.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The period is negative.</exception>
    Task<IReadOnlyList<RetentionItem>> PurgeAsync(
        TimeSpan? gracePeriod = null,
        bool dryRun = false,
        CancellationToken cancellationToken = default
    );
}
