using System.Globalization;
using System.Runtime.CompilerServices;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>What is in a folder that MLflow's file store wrote.</summary>
internal sealed class MlrunsContents(MlrunsFolder root, ImportTally tally) : IMlflowContents
{
    private const string Trash = ".trash";
    private const string Models = "models";

    public IAsyncEnumerable<Found<FoundExperiment>> ListExperimentsAsync(CancellationToken cancellationToken) =>
        MlrunsFolder
            .Folders(root.Root)
            .Where(d => d.Name is not (Trash or Models))
            .Concat(MlrunsFolder.Folders(Path.Combine(root.Root, Trash)))
            .Select(d => Find(d.FullName, ReadExperimentAsync))
            .ToAsyncEnumerable();

    public IAsyncEnumerable<Found<FoundRun>> ListRunsAsync(FoundExperiment experiment, CancellationToken cancellationToken)
    {
        var place = Path.Combine(root.Root, experiment.Place);
        return MlrunsFolder
            .Folders(place)
            .Where(r => File.Exists(Path.Combine(r.FullName, MlrunsFolder.Meta)))
            .Select(r => Find(r.FullName, (run, cancel) => ReadRunAsync(place, run, cancel)))
            .ToAsyncEnumerable();
    }

    public IAsyncEnumerable<Found<FoundLoggedModel>> ListLoggedModelsAsync(
        FoundExperiment experiment,
        CancellationToken cancellationToken
    ) =>
        MlrunsFolder
            .Folders(Path.Combine(root.Root, experiment.Place, Models))
            .Select(m => Find(m.FullName, ReadLoggedModelAsync))
            .ToAsyncEnumerable();

    public IAsyncEnumerable<Found<FoundModel>> ListModelsAsync(CancellationToken cancellationToken) =>
        MlrunsFolder.Folders(Path.Combine(root.Root, Models)).Select(m => Find(m.FullName, ReadModelAsync)).ToAsyncEnumerable();

    private Found<T> Find<T>(string place, Func<string, CancellationToken, Task<T?>> read)
        where T : class => new(root.NameOf(place), cancel => read(place, cancel));

    private async Task<FoundExperiment?> ReadExperimentAsync(string place, CancellationToken cancellationToken)
    {
        if (await MlrunsFolder.ReadMetaAsync(place, cancellationToken).ConfigureAwait(false) is not { } meta)
        {
            tally.Skip(root.NameOf(place), $"It has no {MlrunsFolder.Meta}, so it is no experiment.");
            return null;
        }

        var tags = await MlrunsFolder.ReadTextsAsync(Path.Combine(place, "tags"), cancellationToken).ConfigureAwait(false);
        return new(root.NameOf(place), meta.Require("experiment_id"), meta.Require("name"), tags, meta.IsDeleted);
    }

    private async Task<FoundRun?> ReadRunAsync(string experimentPlace, string place, CancellationToken cancellationToken)
    {
        var meta = (await MlrunsFolder.ReadMetaAsync(place, cancellationToken).ConfigureAwait(false))!;
        if (RemoteAssets.TryRunId(meta.Find("run_id") ?? meta.Require("run_uuid")) is not { } id)
        {
            throw new FormatException("The run's id is not 32 lower-case hexadecimal digits.");
        }

        var (datasets, models) = await ReadInputsAsync(experimentPlace, place, cancellationToken).ConfigureAwait(false);
        return new(id)
        {
            Name = meta.Find("run_name"),
            StartTime = meta.FindTime("start_time"),
            EndTime = meta.FindTime("end_time"),
            UserId = meta.Find("user_id"),
            Status = meta.RequireNumber("status") switch
            {
                1 => RunStatus.Running,
                2 => RunStatus.Scheduled,
                3 => RunStatus.Finished,
                4 => RunStatus.Failed,
                5 => RunStatus.Killed,
                var other => throw new FormatException(
                    string.Create(CultureInfo.InvariantCulture, $"The run has the unknown status {other}.")
                ),
            },
            IsDeleted = meta.IsDeleted,
            Params = await MlrunsFolder.ReadTextsAsync(Path.Combine(place, "params"), cancellationToken).ConfigureAwait(false),
            Tags = await MlrunsFolder.ReadTextsAsync(Path.Combine(place, "tags"), cancellationToken).ConfigureAwait(false),
            Inputs = datasets,
            ModelInputs = models,
            Metrics = ReadMetricsAsync(place, cancellationToken),
            Files = ListFiles(place),
        };
    }

    private async Task<FoundLoggedModel?> ReadLoggedModelAsync(string place, CancellationToken cancellationToken)
    {
        if (await MlrunsFolder.ReadMetaAsync(place, cancellationToken).ConfigureAwait(false) is not { } meta)
        {
            tally.Skip(root.NameOf(place), $"It has no {MlrunsFolder.Meta}, so it is no logged model.");
            return null;
        }

        return new(meta.Require("model_id"))
        {
            Name = meta.Find("name"),
            ModelType = meta.Find("model_type"),
            SourceRunId = RemoteAssets.TryRunId(meta.Find("source_run_id")),
            IsReady = meta.Find("status") is "2" or "READY",
            IsDeleted = meta.IsDeleted,
            Params = await MlrunsFolder.ReadTextsAsync(Path.Combine(place, "params"), cancellationToken).ConfigureAwait(false),
            Tags = await MlrunsFolder.ReadTextsAsync(Path.Combine(place, "tags"), cancellationToken).ConfigureAwait(false),
            Metrics = await ReadModelMetricsAsync(place, cancellationToken).ConfigureAwait(false),
            Files = ListFiles(place),
        };
    }

    private async Task<FoundModel?> ReadModelAsync(string place, CancellationToken cancellationToken)
    {
        var meta =
            await MlrunsFolder.ReadMetaAsync(place, cancellationToken).ConfigureAwait(false)
            ?? throw new FormatException($"It has no {MlrunsFolder.Meta}, so it is no registered model.");
        var versions = new List<FoundVersion>();
        foreach (var folder in MlrunsFolder.Folders(place).Where(f => f.Name.StartsWith("version-", StringComparison.Ordinal)))
        {
            if (
                await MlrunsFolder.ReadMetaAsync(folder.FullName, cancellationToken).ConfigureAwait(false) is { } found
                && found.Find("current_stage") != "Deleted_Internal" // How MLflow's file store deletes a version: its number stays used.
            )
            {
                versions.Add(await ReadVersionAsync(folder.FullName, found, cancellationToken).ConfigureAwait(false));
            }
        }

        return new(meta.Require("name"))
        {
            Description = meta.Find("description"),
            Tags = await MlrunsFolder.ReadTextsAsync(Path.Combine(place, "tags"), cancellationToken).ConfigureAwait(false),
            Versions = versions,
            Aliases = await ReadAliasesAsync(place, cancellationToken).ConfigureAwait(false),
        };
    }

    private static async Task<FoundVersion> ReadVersionAsync(string place, MlrunsMeta meta, CancellationToken cancellationToken) =>
        new((int)Math.Clamp(meta.RequireNumber("version"), 0, int.MaxValue))
        {
            Description = meta.Find("description"),
            Tags = await MlrunsFolder.ReadTextsAsync(Path.Combine(place, "tags"), cancellationToken).ConfigureAwait(false),
            Run = meta.Find("run_id"),
            Source = meta.Find("storage_location") ?? meta.Find("source") ?? "unknown",
            RunLink = meta.Find("run_link"),
            LoggedModelId = meta.Find("model_id"),
            CreatedAt = meta.FindTime("creation_timestamp"),
        };

    private async Task<Dictionary<string, int>> ReadAliasesAsync(string place, CancellationToken cancellationToken)
    {
        var aliases = new Dictionary<string, int>(StringComparer.Ordinal);
        var folder = Path.Combine(place, "aliases");
        foreach (var (alias, text) in await MlrunsFolder.ReadTextsAsync(folder, cancellationToken).ConfigureAwait(false))
        {
            if (int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                aliases[alias] = version;
            }
            else
            {
                tally.Skip(root.NameOf(Path.Combine(folder, alias)), $"'{text}' is no version.");
            }
        }

        return aliases;
    }

    private async Task<(List<RunDataset> Datasets, List<string> Models)> ReadInputsAsync(
        string experimentPlace,
        string place,
        CancellationToken cancellationToken
    )
    {
        var (datasets, models) = (new List<RunDataset>(), new List<string>());
        foreach (var input in MlrunsFolder.Folders(Path.Combine(place, "inputs")))
        {
            var link = await MlrunsFolder.ReadMetaAsync(input.FullName, cancellationToken).ConfigureAwait(false);
            if (
                link?.Find("source_id") is not { } source
                || source.Contains("..", StringComparison.Ordinal)
                || Path.GetFileName(source) != source
            )
            {
                tally.Skip(root.NameOf(input.FullName), "It names no dataset.");
                continue;
            }

            if (source.StartsWith("m-", StringComparison.Ordinal))
            {
                models.Add(source);
                continue;
            }

            var meta = await MlrunsFolder
                .ReadMetaAsync(Path.Combine(experimentPlace, "datasets", source), cancellationToken)
                .ConfigureAwait(false);
            if (meta is null)
            {
                tally.Skip(root.NameOf(input.FullName), $"Dataset '{source}' is not in the experiment.");
                continue;
            }

            datasets.Add(
                new(meta.Require("name"), meta.Require("digest"))
                {
                    SourceType = meta.Find("source_type"),
                    Source = meta.Find("source"),
                    SchemaText = meta.Find("schema"),
                    Profile = meta.Find("profile"),
                }
            );
        }

        return (datasets, models);
    }

    private static async IAsyncEnumerable<MetricEntry> ReadMetricsAsync(
        string place,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        foreach (var (key, file) in MlrunsFolder.Files(Path.Combine(place, "metrics")))
        {
            await foreach (var line in MlrunsFolder.ReadLinesAsync(file, cancellationToken).ConfigureAwait(false))
            {
                if (!string.IsNullOrWhiteSpace(line))
                {
                    yield return MetricLine.Parse(key, line);
                }
            }
        }
    }

    private static async Task<List<(RunId, MetricEntry)>> ReadModelMetricsAsync(string place, CancellationToken cancellationToken)
    {
        var metrics = new List<(RunId, MetricEntry)>();
        foreach (var (key, file) in MlrunsFolder.Files(Path.Combine(place, "metrics")))
        {
            await foreach (var line in MlrunsFolder.ReadLinesAsync(file, cancellationToken).ConfigureAwait(false))
            {
                if (!string.IsNullOrWhiteSpace(line) && MetricLine.ParseOfModel(key, line) is { } point)
                {
                    metrics.Add(point);
                }
            }
        }

        return metrics;
    }

    private IAsyncEnumerable<FoundFile> ListFiles(string place) =>
        MlrunsFolder
            .Files(Path.Combine(place, "artifacts"))
            .Select(f => new FoundFile(
                root.NameOf(f.File.FullName),
                f.Key,
                _ => Task.FromResult<Stream>(new FileStream(f.File.FullName, FileMode.Open, FileAccess.Read, FileShare.Read))
            ))
            .ToAsyncEnumerable();
}
