using System.Text.Json.Nodes;

namespace MlPlatform.Core;

/// <summary>Starts a registered pipeline by name.</summary>
public interface IPipelineLauncher
{
    /// <summary>Queues a run and returns its id at once.</summary>
    /// <param name="pipeline">The pipeline's name.</param>
    /// <param name="parameters">Its parameters as JSON; null for the defaults.</param>
    /// <param name="causeId">The event that caused it, if any.</param>
    /// <param name="cancellationToken">Cancels the launch.</param>
    /// <exception cref="AssetNotFoundException">No such pipeline is registered.</exception>
    Task<PipelineRunId> LaunchAsync(
        string pipeline,
        JsonObject? parameters = null,
        EventId? causeId = null,
        CancellationToken cancellationToken = default
    );
}
