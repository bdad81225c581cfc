namespace MlPlatform.Registry.Internal;

internal sealed partial class ExperimentTracker
{
    public Task<RunPage> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default) => throw new InvalidOperationException();
}
