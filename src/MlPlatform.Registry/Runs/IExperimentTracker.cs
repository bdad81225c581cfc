using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>Experiments and their runs: what was tried, with what, and what came out.</summary>
/// <remarks>Thread-safe, also between processes.</remarks>
public interface IExperimentTracker
{
    /// <summary>An experiment, made if it is new; callers that race get the same one.</summary>
    /// <exception cref="ArgumentException">The name is blank, longer than 500 characters or has control characters.</exception>
    /// <exception cref="AssetDeletedException">The name is that of a deleted experiment.</exception>
    Task<Experiment> GetOrCreateExperimentAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Makes an experiment.</summary>
    /// <exception cref="AssetExistsException">The name or the id is taken, by a deleted experiment perhaps; the message says so.</exception>
    /// <exception cref="ArgumentException">A name, id or tag breaks its rule.</exception>
    Task<Experiment> CreateExperimentAsync(string name, ExperimentOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>An experiment by its id, deleted ones included; null when there is none.</summary>
    Task<Experiment?> GetExperimentAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>An experiment by its name, deleted ones included; null when there is none.</summary>
    Task<Experiment?> FindExperimentAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Gives an experiment another name.</summary>
    /// <exception cref="AssetNotFoundException">No such experiment.</exception>
    /// <exception cref="AssetDeletedException">It is deleted.</exception>
    /// <exception cref="AssetExistsException">The name is taken.</exception>
    Task RenameExperimentAsync(string id, string name, CancellationToken cancellationToken = default);

    /// <summary>Deletes an experiment and its runs. They stay readable by their ids and can be restored. Deleting it again does nothing.</summary>
    /// <exception cref="AssetNotFoundException">No such experiment.</exception>
    Task DeleteExperimentAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Restores an experiment and all its runs.</summary>
    /// <exception cref="AssetNotFoundException">No such experiment.</exception>
    Task RestoreExperimentAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Sets or replaces a tag of an experiment; values up to 5000 characters.</summary>
    /// <exception cref="AssetNotFoundException">No such experiment.</exception>
    /// <exception cref="AssetDeletedException">It is deleted.</exception>
    Task SetExperimentTagAsync(string id, string key, string value, CancellationToken cancellationToken = default);

    /// <summary>Removes a tag of an experiment.</summary>
    /// <exception cref="AssetNotFoundException">No such experiment, or it has no such tag.</exception>
    /// <exception cref="AssetDeletedException">It is deleted.</exception>
    Task DeleteExperimentTagAsync(string id, string key, CancellationToken cancellationToken = default);

    /// <summary>Active experiments in ordinal order of name.</summary>
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

    /// <summary>Makes a run without a writer, for callers that keep no state between calls: a server, an importer.</summary>
    /// <exception cref="AssetNotFoundException">No such experiment or parent run.</exception>
    /// <exception cref="AssetDeletedException">The experiment is deleted.</exception>
    Task<RunInfo> CreateRunAsync(string experimentId, RunOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Changes a run's name, status or end.</summary>
    /// <exception cref="AssetNotFoundException">No such run.</exception>
    /// <exception cref="AssetDeletedException">It is deleted.</exception>
    Task<RunInfo> UpdateRunAsync(RunId id, RunChange change, CancellationToken cancellationToken = default);

    /// <summary>Writes metrics, params and tags of a run, all or nothing; stored when it returns.</summary>
    /// <exception cref="AssetNotFoundException">No such run, or a metric names a logged model that does not exist.</exception>
    /// <exception cref="AssetDeletedException">It is deleted.</exception>
    /// <exception cref="ParamConflictException">A param has another value.</exception>
    /// <exception cref="ArgumentException">A key or value breaks its rule, or a param appears twice.</exception>
    Task LogBatchAsync(RunId id, RunBatch batch, CancellationToken cancellationToken = default);

    /// <summary>Removes a tag of a run.</summary>
    /// <exception cref="AssetNotFoundException">No such run, or it has no such tag.</exception>
    Task DeleteTagAsync(RunId id, string key, CancellationToken cancellationToken = default);

    /// <summary>Says which datasets and logged models a run read; both become lineage. Repeating it is harmless.</summary>
    /// <exception cref="AssetNotFoundException">No such run or logged model.</exception>
    Task LogInputsAsync(
        RunId id,
        IReadOnlyList<RunDataset> datasets,
        IReadOnlyList<string>? modelIds = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>The datasets that runs of some experiments read, once for each context, in order of experiment, name, digest and context.</summary>
    /// <param name="experimentIds">The experiments; none has no datasets. Deleted runs do not count.</param>
    /// <param name="limit">At most so many, 1 to 1000.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    Task<IReadOnlyList<DatasetUse>> ListDatasetsAsync(
        IReadOnlyCollection<string> experimentIds,
        int limit = 1000,
        CancellationToken cancellationToken = default
    );

    /// <summary>Says which logged models a run made.</summary>
    /// <exception cref="AssetNotFoundException">No such run or logged model.</exception>
    Task LogOutputsAsync(RunId id, IReadOnlyList<RunModelOutput> models, CancellationToken cancellationToken = default);

    /// <summary>Deletes a run; it stays readable by its id and can be restored. Deleting it again does nothing.</summary>
    /// <exception cref="AssetNotFoundException">No such run.</exception>
    Task DeleteRunAsync(RunId id, CancellationToken cancellationToken = default);

    /// <summary>Restores a run.</summary>
    /// <exception cref="AssetNotFoundException">No such run.</exception>
    Task RestoreRunAsync(RunId id, CancellationToken cancellationToken = default);

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
    Task<IReadOnlyList<ArtifactFile>> ListArtifactsAsync(RunId id, CancellationToken cancellationToken = default);

    /// <summary>Opens a file of a run; its bytes are verified as they are read.</summary>
    /// <exception cref="AssetNotFoundException">The run has no such file.</exception>
    /// <exception cref="ArgumentException"><see cref="ArtifactPath"/> does not allow the path.</exception>
    Task<Stream> OpenArtifactAsync(RunId id, string path, CancellationToken cancellationToken = default);
}
