using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed class MlrunsImporter(IExperimentTracker tracker, IArtifactTrees trees, IModelRegistry registry) : IMlrunsImporter
{
    private const string Trash = ".trash";
    private const string Models = "models";

    public async Task<MlflowImportReport> ImportAsync(
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

        var tally = new ImportTally(root);
        var runs = new RunImport(tracker, trees, tally);
        var models = new ModelImport(registry, tally);
        var experiments = MlrunsFolder.Folders(root.Root).Where(d => d.Name is not (Trash or Models));
        foreach (var experiment in experiments.Concat(MlrunsFolder.Folders(Path.Combine(root.Root, Trash))))
        {
            await TryAsync(experiment.FullName, () => ImportExperimentAsync(experiment)).ConfigureAwait(false);
        }

        foreach (var model in MlrunsFolder.Folders(Path.Combine(root.Root, Models)))
        {
            await TryAsync(model.FullName, () => models.ImportAsync(model.FullName, cancellationToken)).ConfigureAwait(false);
            progress?.Report(root.NameOf(model.FullName));
        }

        return tally.ToReport();

        async Task ImportExperimentAsync(DirectoryInfo place)
        {
            var meta = await MlrunsFolder.ReadMetaAsync(place.FullName, cancellationToken).ConfigureAwait(false);
            if (meta is null)
            {
                tally.Skip(place.FullName, $"It has no {MlrunsFolder.Meta}, so it is no experiment.");
                return;
            }

            var experiment = await MakeExperimentAsync(place.FullName, meta, tally, cancellationToken).ConfigureAwait(false);
            foreach (var run in MlrunsFolder.Folders(place.FullName).Where(r => File.Exists(Path.Combine(r.FullName, MlrunsFolder.Meta))))
            {
                await TryAsync(run.FullName, () => runs.ImportAsync(place.FullName, run.FullName, experiment, cancellationToken))
                    .ConfigureAwait(false);
                progress?.Report(root.NameOf(run.FullName));
            }

            await runs.LinkParentsAsync(cancellationToken).ConfigureAwait(false);
            foreach (var logged in MlrunsFolder.Folders(Path.Combine(place.FullName, Models)))
            {
                tally.Skip(logged.FullName, "Logged models are not imported; their runs and registered versions are.");
            }

            if (meta.IsDeleted && experiment.DeletedAt is null)
            {
                await tracker.DeleteExperimentAsync(experiment.Id, cancellationToken).ConfigureAwait(false);
            }
        }

        async Task TryAsync(string place, Func<Task> import)
        {
            try
            {
                await import().ConfigureAwait(false);
            }
            catch (Exception e)
                when (e is FormatException or ArgumentException or MlPlatformException or UnauthorizedAccessException
                    && e is not (StorageUnavailableException or DatabaseBusyException)
                )
            {
                tally.Skip(place, e.Message);
            }
        }
    }

    private async Task<Experiment> MakeExperimentAsync(
        string place,
        MlrunsMeta meta,
        ImportTally tally,
        CancellationToken cancellationToken
    )
    {
        var (id, name) = (meta.Require("experiment_id"), meta.Require("name"));
        var tags = await MlrunsFolder.ReadTextsAsync(Path.Combine(place, "tags"), cancellationToken).ConfigureAwait(false);
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
        return await tracker.CreateExperimentAsync(name, new() { Id = id, Tags = tags }, cancellationToken).ConfigureAwait(false);
    }
}
