using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>Experiments and their runs: what was tried, with what, and what came out.</summary>
/// <remarks>Thread-safe, also between processes.</remarks>
public interface IExperimentTracker
{
    /// <summary>An experiment, made if it is new; callers that race get the same one.</summary>
    /// <exception cref="ArgumentException">The name is blank, longer than 500 characters or has control characters.</exception>
    Task<Experiment> GetOrCreateExperimentAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Experiments in ordinal order of name.</summary>
    /// <param name="after">Only those after this name, to page on; null begins at the first.</param>
    /// <param name="limit">At most so many, 1 to 1000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<Experiment>> ListExperimentsAsync(
        string? after = null,
        int limit = 100,
        CancellationToken cancellationToken = default
    );

    /// <summary>Starts a run, or continues the one whose id is given.</summary>
    /// <exception cref="AssetNotFoundException">The parent run does not exist.</exception>
    /// <exception cref="MlPlatformException">A run with the given id belongs to another experiment.</exception>
    Task<IRun> StartRunAsync(string experiment, RunOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>A run with its parameters, latest metrics, tags and inputs; null when there is none.</summary>
    Task<RunInfo?> GetRunAsync(RunId id, CancellationToken cancellationToken = default);

    /// <summary>The runs that are parts of a run, oldest first.</summary>
    Task<IReadOnlyList<RunInfo>> GetChildrenAsync(RunId id, CancellationToken cancellationToken = default);

    /// <summary>The points of a metric in order of step, time and value.</summary>
    /// <param name="id">The run.</param>
    /// <param name="key">The metric.</param>
    /// <param name="after">Only points after this one, to page on; null begins at the first.</param>
    /// <param name="limit">At most so many, 1 to 25,000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<MetricPoint>> GetMetricHistoryAsync(
        RunId id,
        string key,
        MetricPoint? after = null,
        int limit = 25_000,
        CancellationToken cancellationToken = default
    );

    /// <summary>Finds runs. A run that comes in while pages are read never repeats or shifts others.</summary>
    /// <exception cref="InvalidSearchException">The filter, the order or the token cannot be understood.</exception>
    Task<Page<RunInfo>> SearchRunsAsync(RunQuery query, CancellationToken cancellationToken = default);

    /// <summary>Finds experiments, in stable pages as runs.</summary>
    /// <exception cref="InvalidSearchException">The filter, the order or the token cannot be understood.</exception>
    Task<Page<Experiment>> SearchExperimentsAsync(ExperimentQuery query, CancellationToken cancellationToken = default);

    /// <summary>The files of a run in ordinal order of path.</summary>
    Task<IReadOnlyList<RunArtifact>> ListArtifactsAsync(RunId id, CancellationToken cancellationToken = default);

    /// <summary>Opens a file of a run; its bytes are verified as they are read.</summary>
    /// <exception cref="AssetNotFoundException">The run has no such file.</exception>
    Task<Stream> OpenArtifactAsync(RunId id, string path, CancellationToken cancellationToken = default);
}
