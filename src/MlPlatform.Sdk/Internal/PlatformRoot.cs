using MlPlatform.Core;
using MlPlatform.Monitoring;
using MlPlatform.Registry;

namespace MlPlatform.Sdk.Internal;

internal sealed class PlatformRoot(
    IExperimentTracker experiments,
    IModelRegistry models,
    IModelSource modelSource,
    IModelMonitor monitoring,
    IArtifactStore artifacts,
    IEventLog events,
    ILineage lineage,
    IArtifactGarbageCollector garbage,
    IPlatformLifetime lifetime
) : IMlPlatform
{
    public IExperimentTracker Experiments { get; } = experiments;

    public IModelRegistry Models { get; } = models;

    public IModelSource ModelSource { get; } = modelSource;

    public IModelMonitor Monitoring { get; } = monitoring;

    public IArtifactStore Artifacts { get; } = artifacts;

    public IEventLog Events { get; } = events;

    public ILineage Lineage { get; } = lineage;

    public IArtifactGarbageCollector Garbage { get; } = garbage;

    public Task StartAsync(CancellationToken cancellationToken = default) => lifetime.StartAsync(cancellationToken);

    public async ValueTask DisposeAsync() => await lifetime.StopAsync().ConfigureAwait(false);
}
