using MlPlatform.Core;
using MlPlatform.Features;
using MlPlatform.Monitoring;
using MlPlatform.Pipelines;
using MlPlatform.Registry;
using MlPlatform.Serving;

namespace MlPlatform.Sdk;

/// <summary>The one object to discover the platform from. Each part can also be injected by itself.</summary>
/// <remarks>Thread-safe. Without a host, <see cref="StartAsync"/> starts the background work and disposing flushes and stops it; a host does both by itself.</remarks>
public interface IMlPlatform : IAsyncDisposable
{
    /// <summary>Experiments and runs: params, metrics, tags, artifacts.</summary>
    IExperimentTracker Experiments { get; }

    /// <summary>The model database: registered models, immutable versions, aliases.</summary>
    IModelRegistry Models { get; }

    /// <summary>Verified model packages by alias or version.</summary>
    IModelSource ModelSource { get; }

    /// <summary>The feature store: history, training sets, online features.</summary>
    IFeatureStore Features { get; }

    /// <summary>Runs of pipelines: start, watch, approve, explain.</summary>
    IPipelineRunner Pipelines { get; }

    /// <summary>What this process serves.</summary>
    IModelServer Server { get; }

    /// <summary>New versions on their way to an alias: canary, shadow, promotion, return.</summary>
    IRollouts Rollouts { get; }

    /// <summary>Served models under watch: outcomes in, drift, data quality, performance and alerts out.</summary>
    IModelMonitor Monitoring { get; }

    /// <summary>Immutable bytes by digest.</summary>
    IArtifactStore Artifacts { get; }

    /// <summary>Everything that changed state.</summary>
    IEventLog Events { get; }

    /// <summary>What was made from what.</summary>
    ILineage Lineage { get; }

    /// <summary>Who says that they use what.</summary>
    IConsumers Consumers { get; }

    /// <summary>Removes artifacts that nothing references.</summary>
    IArtifactGarbageCollector Garbage { get; }

    /// <summary>Validates options, migrates the databases and starts background work; needed only without a host.</summary>
    Task StartAsync(CancellationToken cancellationToken = default);
}
