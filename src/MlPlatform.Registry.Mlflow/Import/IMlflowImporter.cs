using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow;

/// <summary>Imports what MLflow keeps, in a folder that its file store wrote or on a server that runs.</summary>
/// <remarks>
/// <para>
/// Experiments, runs, logged models, registered models and version numbers keep their ids and names, runs and versions their times, and what is deleted
/// stays deleted. Files are copied and hashed; nothing in them is executed or deserialized. A version whose files are an ONNX model with a signature can
/// be served here. Traces, and the history of aliases, which MLflow does not keep, are not imported.
/// </para>
/// <para>
/// May be repeated: what is there already is left alone, and an import that was cut off goes on with the run that it was in. What cannot be imported is
/// in the report with the reason, and stops nothing else. Thread-safe.
/// </para>
/// </remarks>
public interface IMlflowImporter
{
    /// <summary>Imports a folder, by default called <c>mlruns</c>. Links are not followed.</summary>
    /// <param name="folder">The folder that holds one folder an experiment.</param>
    /// <param name="progress">Is told of each run and model as it is done, by its path.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    Task<MlflowImportReport> ImportFolderAsync(
        string folder,
        IProgress<string>? progress = null,
        CancellationToken cancellationToken = default
    );

    /// <summary>Imports what a server keeps, which only reads from it.</summary>
    /// <param name="server">Its address and credentials.</param>
    /// <param name="progress">Is told of each run and model as it is done, by kind and id.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says why.</exception>
    /// <exception cref="StorageUnavailableException">The server does not answer. What came before is imported; repeat the call to go on.</exception>
    /// <exception cref="MlflowServerException">The server refuses, or is none of MLflow's.</exception>
    Task<MlflowImportReport> ImportServerAsync(
        MlflowOptions server,
        IProgress<string>? progress = null,
        CancellationToken cancellationToken = default
    );
}
