namespace MlPlatform.Registry.Mlflow;

/// <summary>Imports what MLflow keeps in a folder, by default called <c>mlruns</c>.</summary>
/// <remarks>
/// <para>
/// Experiments, runs, registered models and version numbers keep their ids and names, runs their times and whether they are deleted. Files are copied and
/// hashed; nothing in them is executed or deserialized. Links are not followed.
/// </para>
/// <para>
/// May be repeated: what is there already is left alone, and an import that was cut off goes on with the run that it was in. What cannot be imported is
/// in the report with the reason, and stops nothing else. Thread-safe.
/// </para>
/// </remarks>
public interface IMlrunsImporter
{
    /// <summary>Imports a folder.</summary>
    /// <param name="folder">The folder that holds one folder an experiment.</param>
    /// <param name="progress">Is told of each run and model as it is done, by its path.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    Task<MlflowImportReport> ImportAsync(string folder, IProgress<string>? progress = null, CancellationToken cancellationToken = default);
}
