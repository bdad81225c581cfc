namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Says that runs and versions are another's to remove.</summary>
internal sealed class NoRetention : IRegistryRetention
{
    private const string Reason =
        "With UseMlflow the runs and versions are an MLflow server's: it removes for good what was deleted when its operator runs 'mlflow gc'.";

    public Task<IReadOnlyList<RetentionItem>> ApplyAsync(bool dryRun = false, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException(Reason);

    public Task<IReadOnlyList<RetentionItem>> PurgeAsync(
        TimeSpan? gracePeriod = null,
        bool dryRun = false,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException(Reason);
}
