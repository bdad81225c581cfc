using System.Globalization;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Imports one run. Every step may be repeated; a tag that is set last says that all of it is there.</summary>
internal sealed class RunImport(IExperimentTracker tracker, IArtifactTrees trees, ImportTally tally)
{
    private const string Done = "mlp.imported";
    private const string ParentTag = "mlflow.parentRunId";
    private const int BatchSize = 1000;

    private readonly List<(RunId Run, string Parent)> parents = [];

    /// <summary>Tells runs of their parents once all are there: a parent may come after its parts.</summary>
    public async Task LinkParentsAsync(CancellationToken cancellationToken)
    {
        foreach (var (run, parent) in parents)
        {
            await tracker.LogBatchAsync(run, new() { Tags = [new(ParentTag, parent)] }, cancellationToken).ConfigureAwait(false);
        }

        parents.Clear();
    }

    public async Task ImportAsync(string experimentPlace, string place, Experiment experiment, CancellationToken cancellationToken)
    {
        var meta = (await MlrunsFolder.ReadMetaAsync(place, cancellationToken).ConfigureAwait(false))!;
        if (MlrunsMeta.RunOf(meta.Find("run_id") ?? meta.Require("run_uuid")) is not { } id)
        {
            throw new FormatException("The run's id is not 32 lower-case hexadecimal digits.");
        }

        var existing = await tracker.GetRunAsync(id, cancellationToken).ConfigureAwait(false);
        if (existing is not null && (existing.Tags.ContainsKey(Done) || existing.DeletedAt is not null))
        {
            tally.AlreadyThere++;
            return;
        }

        if (existing is not null && existing.ExperimentId != experiment.Id)
        {
            throw new FormatException($"Run {id} is in experiment '{existing.Experiment}' here.");
        }

        var tags = await MlrunsFolder.ReadTextsAsync(Path.Combine(place, "tags"), cancellationToken).ConfigureAwait(false);
        if (existing is null)
        {
            var options = new RunOptions
            {
                RunId = id,
                Name = meta.Find("run_name"),
                StartTime = meta.FindTime("start_time"),
                UserId = meta.Find("user_id"),
            };
            await tracker.CreateRunAsync(experiment.Id, options, cancellationToken).ConfigureAwait(false);
        }

        var values = await MlrunsFolder.ReadTextsAsync(Path.Combine(place, "params"), cancellationToken).ConfigureAwait(false);
        await tracker.LogBatchAsync(id, new() { Params = [.. values], Tags = [.. tags] }, cancellationToken).ConfigureAwait(false);
        await ImportMetricsAsync(place, id, cancellationToken).ConfigureAwait(false);
        await ImportInputsAsync(experimentPlace, place, id, cancellationToken).ConfigureAwait(false);
        await ImportFilesAsync(place, id, cancellationToken).ConfigureAwait(false);

        // Runs that are still going on over there are over here: nobody will end them.
        var status = meta.RequireNumber("status") switch
        {
            3 => RunStatus.Finished,
            4 => RunStatus.Failed,
            5 => RunStatus.Killed,
            1 or 2 => RunStatus.Killed,
            var other => throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"The run has the unknown status {other}.")),
        };
        await tracker
            .UpdateRunAsync(id, new() { Status = status, EndTime = meta.FindTime("end_time") }, cancellationToken)
            .ConfigureAwait(false);
        await tracker.LogBatchAsync(id, new() { Tags = [new(Done, "mlruns")] }, cancellationToken).ConfigureAwait(false);
        if (meta.IsDeleted)
        {
            await tracker.DeleteRunAsync(id, cancellationToken).ConfigureAwait(false);
        }
        else if (tags.TryGetValue(ParentTag, out var parent))
        {
            parents.Add((id, parent));
        }

        tally.Runs++;
    }

    private async Task ImportMetricsAsync(string place, RunId id, CancellationToken cancellationToken)
    {
        var batch = new List<MetricEntry>(BatchSize);
        foreach (var (key, file) in MlrunsFolder.Files(Path.Combine(place, "metrics")))
        {
            await foreach (var line in MlrunsFolder.ReadLinesAsync(file, cancellationToken).ConfigureAwait(false))
            {
                if (string.IsNullOrWhiteSpace(line))
                {
                    continue;
                }

                batch.Add(ToPoint(key, line));
                if (batch.Count == BatchSize)
                {
                    await tracker.LogBatchAsync(id, new() { Metrics = [.. batch] }, cancellationToken).ConfigureAwait(false);
                    batch.Clear();
                }
            }
        }

        if (batch.Count > 0)
        {
            await tracker.LogBatchAsync(id, new() { Metrics = batch }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Time in milliseconds, value, and in later versions step, then the dataset's name and digest.</summary>
    private static MetricEntry ToPoint(string key, string line)
    {
        var parts = line.Trim().Split(' ');
        return
            parts.Length is 2 or 3 or 5
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time)
            && TryParseValue(parts[1], out var value)
            && long.TryParse(parts.Length > 2 ? parts[2] : "0", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var step)
            ? new(key, value, step, DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Clamp(time, 0, 253_402_300_799_999)))
            : throw new FormatException(
                $"Metric '{key}' has the line '{(line.Length <= 100 ? line : line[..100])}', which is none of a metric."
            );
    }

    /// <summary>As Python writes numbers: <c>nan</c>, <c>inf</c>.</summary>
    private static bool TryParseValue(string text, out double value)
    {
        value = text switch
        {
            "nan" => double.NaN,
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => 0,
        };
        return value != 0 || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    private async Task ImportInputsAsync(string experimentPlace, string place, RunId id, CancellationToken cancellationToken)
    {
        var datasets = new List<RunDataset>();
        foreach (var input in MlrunsFolder.Folders(Path.Combine(place, "inputs")))
        {
            var link = await MlrunsFolder.ReadMetaAsync(input.FullName, cancellationToken).ConfigureAwait(false);
            if (
                link?.Find("source_id") is not { } source
                || source.Contains("..", StringComparison.Ordinal)
                || Path.GetFileName(source) != source
            )
            {
                tally.Skip(input.FullName, "It names no dataset.");
                continue;
            }

            var meta = await MlrunsFolder
                .ReadMetaAsync(Path.Combine(experimentPlace, "datasets", source), cancellationToken)
                .ConfigureAwait(false);
            if (meta is null)
            {
                tally.Skip(input.FullName, $"Dataset '{source}' is not in the experiment.");
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

        if (datasets.Count > 0)
        {
            await tracker.LogInputsAsync(id, datasets, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ImportFilesAsync(string place, RunId id, CancellationToken cancellationToken)
    {
        foreach (var (path, file) in MlrunsFolder.Files(Path.Combine(place, "artifacts")))
        {
            try
            {
                var content = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read);
                await using (content.ConfigureAwait(false))
                {
                    await trees
                        .PutAsync(ArtifactTreeId.OfRun(id), ArtifactPath.Parse(path), content, cancellationToken)
                        .ConfigureAwait(false);
                }

                tally.Files++;
            }
            catch (ArgumentException e)
            {
                tally.Skip(file.FullName, e.Message); // A name that a run's file cannot have.
            }
        }
    }
}
