using MlPlatform.Core;
using MlPlatform.Features;
using MlPlatform.Monitoring;
using MlPlatform.Pipelines;
using MlPlatform.Registry;
using MlPlatform.Serving;

namespace MlPlatform.Sdk.Internal;

internal sealed class PlatformRoot(
    IExperimentTracker experiments,
    IModelRegistry models,
    IModelSource modelSource,
    IFeatureStore features,
    IPipelineRunner pipelines,
    IModelServer server,
    IRollouts rollouts,
    IModelMonitor monitoring,
    IArtifactStore artifacts,
    IEventLog events,
    ILineage lineage,
    IConsumers consumers,
    IArtifactGarbageCollector garbage,
    IPlatformLifetime lifetime
) : IMlPlatform
{
    public IExperimentTracker Experiments { get; } = experiments;

    public IModelRegistry Models { get; } = models;

    public IModelSource ModelSource { get; } = modelSource;

    public IFeatureStore Features { get; } = features;

    public IPipelineRunner Pipelines { get; } = pipelines;

    public IModelServer Server { get; } = server;

    public IRollouts Rollouts { get; } = rollouts;

    public IModelMonitor Monitoring { get; } = monitoring;

    public IArtifactStore Artifacts { get; } = artifacts;

    public IEventLog Events { get; } = events;

    public ILineage Lineage { get; } = lineage;

    public IConsumers Consumers { get; } = consumers;

    public IArtifactGarbageCollector Garbage { get; } = garbage;

    public Task StartAsync(CancellationToken cancellationToken = default) => lifetime.StartAsync(cancellationToken);

    public async ValueTask DisposeAsync() => await lifetime.StopAsync().ConfigureAwait(false);
}
