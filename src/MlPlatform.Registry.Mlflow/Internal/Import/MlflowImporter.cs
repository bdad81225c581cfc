using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed class MlflowImporter(
    IExperimentTracker tracker,
    IArtifactTrees trees,
    ILoggedModels logged,
    IModelRegistry registry,
    IArtifactStore artifacts,
    IHttpClientFactory clients
) : IMlflowImporter
{
    public async Task<MlflowImportReport> ImportFolderAsync(
        string folder,
        IProgress<string>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var root = new MlrunsFolder(folder);
        if (!Directory.Exists(root.Root))
        {
            throw new DirectoryNotFoundException($"There is no folder '{root.Root}'.");
        }

        var tally = new ImportTally();
        return await ImportAsync(new MlrunsContents(root, tally), tally, progress, cancellationToken).ConfigureAwait(false);
    }

    public async Task<MlflowImportReport> ImportServerAsync(
        MlflowOptions server,
        IProgress<string>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(server);
        var checkedOptions = new MlflowOptionsValidator().Validate(null, server);
        if (checkedOptions.Failed)
        {
            throw new ArgumentException(checkedOptions.FailureMessage, nameof(server));
        }

        var options = Options.Create(server);
        var client = new MlflowClient(clients, options, MlflowClient.Import);
        var tally = new ImportTally();
        var contents = new MlflowServerContents(client, new(client), tally);
        try
        {
            return await ImportAsync(contents, tally, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new StorageUnavailableException(client.Root.AbsoluteUri, $"a transfer broke off ({e.Message.TrimEnd('.')})", e);
        }
    }

    private async Task<MlflowImportReport> ImportAsync(
        IMlflowContents contents,
        ImportTally tally,
        IProgress<string>? progress,
        CancellationToken cancellationToken
    )
    {
        var runs = new RunImport(tracker, trees, logged, tally);
        var models = new ModelImport(registry, trees, logged, artifacts, tally);
        await foreach (var experiment in contents.ListExperimentsAsync(cancellationToken).ConfigureAwait(false))
        {
            await TryAsync(experiment, ImportExperimentAsync).ConfigureAwait(false);
        }

        await foreach (var model in contents.ListModelsAsync(cancellationToken).ConfigureAwait(false))
        {
            await TryAsync(model, found => models.ImportAsync(model.Place, found, cancellationToken)).ConfigureAwait(false);
            progress?.Report(model.Place);
        }

        return tally.ToReport();

        async Task ImportExperimentAsync(FoundExperiment found)
        {
            var experiment = await MakeExperimentAsync(found, tally, cancellationToken).ConfigureAwait(false);
            await foreach (var run in contents.ListRunsAsync(found, cancellationToken).ConfigureAwait(false))
            {
                await TryAsync(run, r => runs.ImportAsync(run.Place, r, experiment, cancellationToken)).ConfigureAwait(false);
                progress?.Report(run.Place);
            }

            await runs.LinkParentsAsync(cancellationToken).ConfigureAwait(false);
            await foreach (var model in contents.ListLoggedModelsAsync(found, cancellationToken).ConfigureAwait(false))
            {
                await TryAsync(model, m => runs.ImportAsync(model.Place, m, experiment, cancellationToken)).ConfigureAwait(false);
                progress?.Report(model.Place);
            }

            await runs.LinkModelsAsync(cancellationToken).ConfigureAwait(false);
            if (found.IsDeleted && experiment.DeletedAt is null)
            {
                await tracker.DeleteExperimentAsync(experiment.Id, cancellationToken).ConfigureAwait(false);
            }
        }

        async Task TryAsync<T>(Found<T> item, Func<T, Task> import)
            where T : class
        {
            try
            {
                if (await item.ReadAsync(cancellationToken).ConfigureAwait(false) is { } found)
                {
                    await import(found).ConfigureAwait(false);
                }
            }
            catch (Exception e)
                when (e is FormatException or ArgumentException or MlPlatformException or UnauthorizedAccessException
                    && e is not (StorageUnavailableException or DatabaseBusyException)
                )
            {
                tally.Skip(item.Place, e.Message);
            }
        }
    }

    private async Task<Experiment> MakeExperimentAsync(FoundExperiment found, ImportTally tally, CancellationToken cancellationToken)
    {
        var (id, name) = (found.Id, found.Name);
        if (await tracker.GetExperimentAsync(id, cancellationToken).ConfigureAwait(false) is { } existing)
        {
            return string.Equals(existing.Name, name, StringComparison.Ordinal)
                ? existing
                : throw new FormatException($"Experiment '{id}' is called '{existing.Name}' here, and '{name}' there.");
        }

        // MLflow's first experiment is the only one that every server has by itself.
        if (name == "Default" && await tracker.FindExperimentAsync(name, cancellationToken).ConfigureAwait(false) is { } first)
        {
            return first;
        }

        tally.Experiments++;
        return await tracker.CreateExperimentAsync(name, new() { Id = id, Tags = found.Tags }, cancellationToken).ConfigureAwait(false);
    }
}
