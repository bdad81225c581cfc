using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Imports runs and logged models, each by steps that may be repeated; what is done last says that all of it is there.</summary>
internal sealed class RunImport(IExperimentTracker tracker, IArtifactTrees trees, ILoggedModels logged, ImportTally tally)
{
    private const string Done = "mlp.imported";
    private const int BatchSize = 1000;

    private readonly List<(RunId Run, string Parent)> parents = [];
    private readonly List<(RunId Run, IReadOnlyList<string> Models)> readers = [];

    /// <summary>Tells runs of their parents once all are there: a parent may come after its parts.</summary>
    public async Task LinkParentsAsync(CancellationToken cancellationToken)
    {
        foreach (var (run, parent) in parents)
        {
            await tracker.LogBatchAsync(run, new() { Tags = [new(RemoteTags.ParentRun, parent)] }, cancellationToken).ConfigureAwait(false);
        }

        parents.Clear();
    }

    /// <summary>Tells runs which logged models they read, once all are there.</summary>
    public async Task LinkModelsAsync(CancellationToken cancellationToken)
    {
        foreach (var (run, models) in readers)
        {
            foreach (var model in models)
            {
                if (await logged.GetAsync(model, cancellationToken).ConfigureAwait(false) is { DeletedAt: null })
                {
                    await tracker.LogInputsAsync(run, [], [model], cancellationToken).ConfigureAwait(false);
                }
            }
        }

        readers.Clear();
    }

    public async Task ImportAsync(string place, FoundRun run, Experiment experiment, CancellationToken cancellationToken)
    {
        var existing = await tracker.GetRunAsync(run.Id, cancellationToken).ConfigureAwait(false);
        if (existing is not null && (existing.Tags.ContainsKey(Done) || existing.DeletedAt is not null))
        {
            tally.AlreadyThere++;
            return;
        }

        if (existing is not null && existing.ExperimentId != experiment.Id)
        {
            throw new FormatException($"Run {run.Id} is in experiment '{existing.Experiment}' here.");
        }

        if (existing is null)
        {
            var options = new RunOptions
            {
                RunId = run.Id,
                Name = run.Name,
                StartTime = run.StartTime,
                UserId = run.UserId,
            };
            await tracker.CreateRunAsync(experiment.Id, options, cancellationToken).ConfigureAwait(false);
        }

        var texts = new RunBatch { Params = [.. run.Params], Tags = [.. run.Tags] };
        await tracker.LogBatchAsync(run.Id, texts, cancellationToken).ConfigureAwait(false);
        await ImportMetricsAsync(run, cancellationToken).ConfigureAwait(false);
        if (run.Inputs.Count > 0)
        {
            await tracker.LogInputsAsync(run.Id, run.Inputs, cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        await ImportFilesAsync(place, ArtifactTreeId.OfRun(run.Id), run.Files, cancellationToken).ConfigureAwait(false);

        // Runs that are still going on over there are over here: nobody will end them.
        var status = run.Status is RunStatus.Running or RunStatus.Scheduled ? RunStatus.Killed : run.Status;
        await tracker.UpdateRunAsync(run.Id, new() { Status = status, EndTime = run.EndTime }, cancellationToken).ConfigureAwait(false);
        await tracker.LogBatchAsync(run.Id, new() { Tags = [new(Done, "mlflow")] }, cancellationToken).ConfigureAwait(false);
        tally.Runs++;
        if (run.IsDeleted)
        {
            await tracker.DeleteRunAsync(run.Id, cancellationToken).ConfigureAwait(false);
            return;
        }

        readers.Add((run.Id, run.ModelInputs));
        if (run.Tags.TryGetValue(RemoteTags.ParentRun, out var parent))
        {
            parents.Add((run.Id, parent));
        }
    }

    public async Task ImportAsync(string place, FoundLoggedModel model, Experiment experiment, CancellationToken cancellationToken)
    {
        var existing = await logged.GetAsync(model.Id, cancellationToken).ConfigureAwait(false);
        if (existing is not null && (existing.Status != LoggedModelStatus.Pending || existing.DeletedAt is not null))
        {
            tally.AlreadyThere++;
            return;
        }

        var maker =
            model.SourceRunId is { } run && await tracker.GetRunAsync(run, cancellationToken).ConfigureAwait(false) is { DeletedAt: null }
                ? model.SourceRunId
                : null;
        if (existing is null)
        {
            var options = new LoggedModelOptions
            {
                Id = model.Id,
                Name = model.Name,
                ModelType = model.ModelType,
                SourceRunId = maker,
                Params = model.Params,
                Tags = model.Tags,
            };
            await logged.CreateAsync(experiment.Id, options, cancellationToken).ConfigureAwait(false);
        }

        foreach (var ofRun in model.Metrics.GroupBy(m => m.Run))
        {
            var points = ofRun.Select(m => m.Point with { ModelId = model.Id }).ToList();
            if (await tracker.GetRunAsync(ofRun.Key, cancellationToken).ConfigureAwait(false) is { DeletedAt: null })
            {
                await tracker.LogBatchAsync(ofRun.Key, new() { Metrics = points }, cancellationToken).ConfigureAwait(false);
            }
        }

        if (maker is { } made)
        {
            await tracker.LogOutputsAsync(made, [new(model.Id)], cancellationToken).ConfigureAwait(false);
        }

        await ImportFilesAsync(place, ArtifactTreeId.OfLoggedModel(model.Id), model.Files, cancellationToken).ConfigureAwait(false);
        await logged
            .EndAsync(
                model.Id,
                model.IsReady ? LoggedModelStatus.Ready : LoggedModelStatus.UploadFailed,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        if (model.IsDeleted)
        {
            await logged.DeleteAsync(model.Id, cancellationToken).ConfigureAwait(false);
        }

        tally.LoggedModels++;
    }

    private async Task ImportMetricsAsync(FoundRun run, CancellationToken cancellationToken)
    {
        var batch = new List<MetricEntry>(BatchSize);
        await foreach (var point in run.Metrics.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            batch.Add(point);
            if (batch.Count == BatchSize)
            {
                await tracker.LogBatchAsync(run.Id, new() { Metrics = [.. batch] }, cancellationToken).ConfigureAwait(false);
                batch.Clear();
            }
        }

        if (batch.Count > 0)
        {
            await tracker.LogBatchAsync(run.Id, new() { Metrics = batch }, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ImportFilesAsync(
        string place,
        ArtifactTreeId tree,
        IAsyncEnumerable<FoundFile> files,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await foreach (var file in files.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                await ImportFileAsync(tree, file, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (MlPlatformException e) when (e is not (StorageUnavailableException or DatabaseBusyException))
        {
            tally.Skip(place, $"Its files: {e.Message}"); // They lie where nobody can list them, say; the rest is worth having.
        }
    }

    private async Task ImportFileAsync(ArtifactTreeId tree, FoundFile file, CancellationToken cancellationToken)
    {
        try
        {
            var path = ArtifactPath.Parse(file.Path);
            await using var content = await file.OpenAsync(cancellationToken).ConfigureAwait(false);
            await trees.PutAsync(tree, path, content, cancellationToken).ConfigureAwait(false);
            tally.Files++;
        }
        catch (ArgumentException e)
        {
            tally.Skip(file.Place, e.Message); // A name that a run's file cannot have.
        }
    }
}
