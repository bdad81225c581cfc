namespace MlPlatform.Registry;

/// <summary>
/// Makes the writers of runs for trackers that keep the runs themselves, in another server for example: with the buffer of metrics, the provenance and the
/// measurements of the process that <see cref="RegistryOptions"/> asks for.
/// </summary>
/// <remarks>Thread-safe.</remarks>
public interface IRunWriters
{
    /// <summary>Adds what is known of this process to the provenance of a run that is to start, as <see cref="RegistryOptions.CaptureProvenance"/> says.</summary>
    Task<RunOptions> DescribeAsync(RunOptions options, CancellationToken cancellationToken = default);

    /// <summary>Makes the writer of a run that was started.</summary>
    /// <param name="run">The run.</param>
    /// <param name="tracker">
    /// Takes what is written: metrics in batches, each again while it meets a <see cref="Core.StorageUnavailableException"/> and
    /// <see cref="RegistryOptions.MetricRetryTime"/> has not passed. Files go to <see cref="IArtifactTrees"/>, models to <see cref="IModelRegistry"/>.
    /// </param>
    /// <param name="options">How the run started.</param>
    IRun Create(RunInfo run, IExperimentTracker tracker, RunOptions options);
}
