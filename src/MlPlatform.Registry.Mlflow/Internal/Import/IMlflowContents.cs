namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>What MLflow keeps somewhere, to be imported.</summary>
internal interface IMlflowContents
{
    IAsyncEnumerable<Found<FoundExperiment>> ListExperimentsAsync(CancellationToken cancellationToken);

    IAsyncEnumerable<Found<FoundRun>> ListRunsAsync(FoundExperiment experiment, CancellationToken cancellationToken);

    IAsyncEnumerable<Found<FoundLoggedModel>> ListLoggedModelsAsync(FoundExperiment experiment, CancellationToken cancellationToken);

    IAsyncEnumerable<Found<FoundModel>> ListModelsAsync(CancellationToken cancellationToken);
}
