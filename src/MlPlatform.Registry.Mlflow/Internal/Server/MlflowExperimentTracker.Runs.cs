using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

internal sealed partial class MlflowExperimentTracker
{
    /// <summary>What one call of MLflow's log-batch takes.</summary>
    private const int MetricsPerCall = 1000;
    private const int TextsPerCall = 100;

    /// <summary>Tags of older servers end here.</summary>
    private const int ProvenanceLength = 5000;

    public async Task<IRun> StartRunAsync(string experiment, RunOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = await writers.DescribeAsync(options ?? new(), cancellationToken).ConfigureAwait(false);
        var parent = await GetOrCreateExperimentAsync(experiment, cancellationToken).ConfigureAwait(false);
        var run = options.RunId is { } wanted
            ? await ContinueAsync(parent, wanted, options, cancellationToken).ConfigureAwait(false)
            : null;
        run ??= await MakeRunAsync(parent, options, cancellationToken).ConfigureAwait(false);
        return writers.Create(run, this, options);
    }

    public async Task<RunInfo> CreateRunAsync(
        string experimentId,
        RunOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= new();
        var parent = await RequireActiveAsync(experimentId, cancellationToken).ConfigureAwait(false);
        var run = options.RunId is { } wanted
            ? await ContinueAsync(parent, wanted, options, cancellationToken).ConfigureAwait(false)
            : null;
        return run ?? await MakeRunAsync(parent, options, cancellationToken).ConfigureAwait(false);
    }

    public async Task<RunInfo> UpdateRunAsync(RunId id, RunChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var before = await RequireRunAsync(id, cancellationToken).ConfigureAwait(false);
        var body = new JsonObject { ["run_id"] = id.ToString() };
        if (change.Name is { } name)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name, nameof(change));
            body["run_name"] = name;
        }

        var status = change.Status ?? before.Status;
        var isOpen = status is RunStatus.Running or RunStatus.Scheduled;
        if (change.Status is not null || change.EndTime is not null)
        {
            body["status"] = TextOf(status);
            if (!isOpen)
            {
                body["end_time"] = RemoteAssets.ToMillis(change.EndTime ?? before.EndTime ?? clocks.Platform.GetUtcNow());
            }
        }

        var call = MlflowCall.Post("runs/update", body, AssetOf(id));
        if (isOpen || status == before.Status)
        {
            await client.SendAsync(call, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await RunAsync(
                    Announcement.Of(
                        new(ProbeKind.RunStatus, id.ToString(), TextOf(status)),
                        EventTypes.RunEnded,
                        AssetOf(id),
                        new() { ["status"] = TextOf(status) },
                        AssetOf(before.Experiment)
                    ),
                    () => client.SendAsync(call, cancellationToken),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        return await RequireRunAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <remarks>MLflow takes so much at once; a larger batch is several calls, params and tags first, and all or nothing holds for each.</remarks>
    public async Task LogBatchAsync(RunId id, RunBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Params.GroupBy(p => p.Key, StringComparer.Ordinal).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
        {
            throw new ArgumentException($"Param '{twice.Key}' appears twice in one batch.", nameof(batch));
        }

        var (metrics, values, tags) = (
            batch.Metrics.Chunk(MetricsPerCall),
            batch.Params.Chunk(TextsPerCall),
            batch.Tags.Chunk(TextsPerCall)
        );
        if (
            batch.Metrics.Count + batch.Params.Count + batch.Tags.Count <= MetricsPerCall
            && batch.Params.Count <= TextsPerCall
            && batch.Tags.Count <= TextsPerCall
        )
        {
            await LogAsync(id, batch, batch.Metrics, batch.Params, batch.Tags, cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var part in values)
        {
            await LogAsync(id, batch, [], part, [], cancellationToken).ConfigureAwait(false);
        }

        foreach (var part in tags)
        {
            await LogAsync(id, batch, [], [], part, cancellationToken).ConfigureAwait(false);
        }

        foreach (var part in metrics)
        {
            await LogAsync(id, batch, part, [], [], cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task DeleteTagAsync(RunId id, string key, CancellationToken cancellationToken = default)
    {
        var body = new JsonObject { ["run_id"] = id.ToString(), ["key"] = key };
        await client
            .SendAsync(MlflowCall.Create("runs/delete-tag", body, new(AssetKind.Run, $"{id}/tags/{key}")), cancellationToken)
            .ConfigureAwait(false);
    }

    public async Task LogInputsAsync(
        RunId id,
        IReadOnlyList<RunDataset> datasets,
        IReadOnlyList<string>? modelIds = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(datasets);
        var body = new JsonObject
        {
            ["run_id"] = id.ToString(),
            ["datasets"] = new JsonArray([.. datasets.Select(ToJson)]),
            ["models"] = new JsonArray([.. (modelIds ?? []).Select(m => new JsonObject { ["model_id"] = m })]),
        };
        await client.SendAsync(MlflowCall.Post("runs/log-inputs", body, AssetOf(id)), cancellationToken).ConfigureAwait(false);
        await LinkAsync(
                [
                    .. datasets.Select(d => (new AssetRef(AssetKind.Dataset, d.Digest), AssetOf(id), "trainedOn")),
                    .. (modelIds ?? []).Select(m => (new AssetRef(AssetKind.LoggedModel, m), AssetOf(id), "read")),
                ],
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public async Task LogOutputsAsync(RunId id, IReadOnlyList<RunModelOutput> models, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        var body = new JsonObject
        {
            ["run_id"] = id.ToString(),
            ["models"] = new JsonArray([.. models.Select(m => new JsonObject { ["model_id"] = m.ModelId, ["step"] = m.Step })]),
        };
        await client.SendAsync(MlflowCall.Post("runs/outputs", body, AssetOf(id)), cancellationToken).ConfigureAwait(false);
        await LinkAsync(
                [.. models.Select(m => (AssetOf(id), new AssetRef(AssetKind.LoggedModel, m.ModelId), "produced"))],
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    public Task DeleteRunAsync(RunId id, CancellationToken cancellationToken = default) =>
        SetRunStageAsync(id, "runs/delete", Deleted, EventTypes.RunDeleted, cancellationToken);

    public Task RestoreRunAsync(RunId id, CancellationToken cancellationToken = default) =>
        SetRunStageAsync(id, "runs/restore", Active, EventTypes.RunRestored, cancellationToken);

    /// <summary>Continues a run of the id, or the one that was made for a caller who wanted that id.</summary>
    private async Task<RunInfo?> ContinueAsync(Experiment experiment, RunId wanted, RunOptions options, CancellationToken cancellationToken)
    {
        var run = await GetRunAsync(wanted, cancellationToken).ConfigureAwait(false);
        if (run is null)
        {
            var query = new RunQuery
            {
                ExperimentIds = [experiment.Id],
                Filter = $"tags.`{RemoteTags.RunId}` = '{wanted}'",
                Limit = 1,
            };
            run = (await SearchRunsAsync(query, cancellationToken).ConfigureAwait(false)).Items is [var first, ..] ? first : null;
        }

        if (run is null)
        {
            return null;
        }

        if (run.DeletedAt is not null)
        {
            throw new AssetDeletedException(AssetOf(run.Id));
        }

        if (!string.Equals(run.ExperimentId, experiment.Id, StringComparison.Ordinal))
        {
            throw new MlPlatformException($"Run {run.Id} belongs to experiment '{run.Experiment}', not to '{experiment.Name}'.");
        }

        if (options.Tags.Count > 0)
        {
            await LogBatchAsync(run.Id, new() { Tags = [.. options.Tags] }, cancellationToken).ConfigureAwait(false);
        }

        if (run.Status == RunStatus.Running)
        {
            return run;
        }

        var body = new JsonObject { ["run_id"] = run.Id.ToString(), ["status"] = TextOf(RunStatus.Running) };
        await RunAsync(
                Started(
                    new(ProbeKind.RunStatus, run.Id.ToString(), TextOf(RunStatus.Running)),
                    run.Id.ToString(),
                    run.Name,
                    experiment,
                    options,
                    true
                ),
                () => client.SendAsync(MlflowCall.Post("runs/update", body, AssetOf(run.Id)), cancellationToken),
                cancellationToken
            )
            .ConfigureAwait(false);
        return await RequireRunAsync(run.Id, cancellationToken).ConfigureAwait(false);
    }

    private async Task<RunInfo> MakeRunAsync(Experiment experiment, RunOptions options, CancellationToken cancellationToken)
    {
        var parent = options.ParentRunId;
        if (parent is { } above && await GetRunAsync(above, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new AssetNotFoundException(AssetOf(above), "Start the parent run first.");
        }

        var call = NewCall();
        var name = options.Name ?? $"run-{call[^8..]}";
        var tags = new Dictionary<string, string>(options.Tags, StringComparer.Ordinal) { [RemoteTags.Call] = call };
        Set(RemoteTags.ParentRun, parent?.ToString());
        Set(RemoteTags.RunId, options.RunId?.ToString());
        Set(RemoteTags.Commit, options.Provenance?.Commit);
        Set(RemoteTags.Provenance, ToText(options.Provenance));
        var body = new JsonObject
        {
            ["experiment_id"] = experiment.Id,
            ["run_name"] = name,
            ["start_time"] = RemoteAssets.ToMillis(options.StartTime ?? clocks.Platform.GetUtcNow()),
            ["tags"] = MlflowCalls.Pairs(tags),
        };
        if (options.UserId is { } user)
        {
            body["user_id"] = user;
        }

        var reply = await calls
            .RunAsync(
                call,
                Started(new(ProbeKind.RunMade, experiment.Id, call), Announcement.Unknown, name, experiment, options, false),
                () => client.SendAsync(MlflowCall.Create("runs/create", body, AssetOf(experiment.Name)), cancellationToken),
                r => r.Run?.Info?.RunId,
                Durability.Process,
                cancellationToken
            )
            .ConfigureAwait(false);
        return RemoteAssets.ToRun(reply.Run, experiment.Name);

        void Set(string key, string? value)
        {
            if (value is not null)
            {
                tags[key] = value;
            }
        }
    }

    private static Announcement Started(Probe probe, string id, string name, Experiment experiment, RunOptions options, bool isContinued)
    {
        var related = new List<string> { AssetOf(experiment.Name).ToString() };
        if (options.ParentRunId is { } parent)
        {
            related.Add(AssetOf(parent).ToString());
        }

        var subject = new AssetRef(AssetKind.Run, id).ToString();
        var announcement = new Announcement(probe)
        {
            Events = [new(EventTypes.RunStarted, subject, related, new() { ["name"] = name, ["continued"] = isContinued })],
        };
        if (options.Provenance is { } provenance)
        {
            var payload = JsonSerializer.SerializeToNode(provenance, ProvenanceJson.Default.RunProvenance)!.AsObject();
            announcement.Events.Add(new(EventTypes.RunProvenance, subject, [AssetOf(experiment.Name).ToString()], payload));
        }

        return announcement;
    }

    private async Task LogAsync(
        RunId id,
        RunBatch whole,
        IReadOnlyCollection<MetricEntry> metrics,
        IReadOnlyCollection<KeyValuePair<string, string>> values,
        IReadOnlyCollection<KeyValuePair<string, string>> tags,
        CancellationToken cancellationToken
    )
    {
        var body = new JsonObject
        {
            ["run_id"] = id.ToString(),
            ["metrics"] = new JsonArray([.. metrics.Select(ToJson)]),
            ["params"] = MlflowCalls.Pairs(values),
            ["tags"] = MlflowCalls.Pairs(tags),
        };
        try
        {
            await client.SendAsync(MlflowCall.Post("runs/log-batch", body, AssetOf(id)), cancellationToken).ConfigureAwait(false);
        }
        catch (MlflowServerException e) when (e.Status == HttpStatusCode.BadRequest)
        {
            await ExplainAsync(id, whole, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Says why a batch was refused, by what the run is; leaves to the server's words what is none of these.</summary>
    private async Task ExplainAsync(RunId id, RunBatch batch, CancellationToken cancellationToken)
    {
        var run = await RequireRunAsync(id, cancellationToken).ConfigureAwait(false);
        if (run.DeletedAt is not null)
        {
            throw new AssetDeletedException(AssetOf(id));
        }

        foreach (var (key, value) in batch.Params)
        {
            if (run.Params.TryGetValue(key, out var existing) && !string.Equals(existing, value, StringComparison.Ordinal))
            {
                throw new ParamConflictException(id, key, existing, value);
            }
        }
    }

    private async Task SetRunStageAsync(RunId id, string path, string stage, string type, CancellationToken cancellationToken)
    {
        var run = await RequireRunAsync(id, cancellationToken).ConfigureAwait(false);
        if (run.DeletedAt is null == (stage == Active))
        {
            return;
        }

        var body = new JsonObject { ["run_id"] = id.ToString() };
        await RunAsync(
                Announcement.Of(new(ProbeKind.RunStage, id.ToString(), stage), type, AssetOf(id), null, AssetOf(run.Experiment)),
                () => client.SendAsync(MlflowCall.Post(path, body, AssetOf(id)), cancellationToken),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private Task<int> LinkAsync(IReadOnlyList<(AssetRef From, AssetRef To, string Relation)> links, CancellationToken cancellationToken) =>
        database.WriteAsync(
            Durability.Process,
            work =>
            {
                foreach (var (from, to, relation) in links)
                {
                    work.Link(from, to, relation);
                }

                return Task.FromResult(links.Count);
            },
            cancellationToken
        );

    private static string? ToText(RunProvenance? provenance)
    {
        if (provenance is null)
        {
            return null;
        }

        var text = JsonSerializer.Serialize(provenance, ProvenanceJson.Default.RunProvenance);
        return text.Length <= ProvenanceLength
            ? text
            : JsonSerializer.Serialize(
                provenance with
                {
                    CommandLine = null,
                    Environment = new Dictionary<string, string>(),
                },
                ProvenanceJson.Default.RunProvenance
            );
    }

    private static JsonObject ToJson(MetricEntry metric)
    {
        var json = new JsonObject
        {
            ["key"] = metric.Key,
            ["value"] = double.IsFinite(metric.Value) ? JsonValue.Create(metric.Value) : JsonValue.Create(NameOf(metric.Value)),
            ["timestamp"] = RemoteAssets.ToMillis(metric.Time),
            ["step"] = metric.Step,
        };
        if (metric.ModelId is { } model)
        {
            json["model_id"] = model;
        }

        if (metric.DatasetName is { } dataset)
        {
            json["dataset_name"] = dataset;
            json["dataset_digest"] = metric.DatasetDigest;
        }

        return json;
    }

    /// <summary>As protocol buffers write it in JSON.</summary>
    private static string NameOf(double value) =>
        double.IsNaN(value) ? "NaN"
        : value > 0 ? "Infinity"
        : "-Infinity";

    private static JsonObject ToJson(RunDataset dataset)
    {
        var json = new JsonObject
        {
            ["name"] = dataset.Name,
            ["digest"] = dataset.Digest,
            ["source_type"] = dataset.SourceType ?? "code",
            ["source"] = dataset.Source ?? "{}",
        };
        if (dataset.SchemaText is { } text)
        {
            json["schema"] = text;
        }
        else if (dataset.Schema is { } schema)
        {
            json["schema"] = schema.ToJson();
        }

        if (dataset.Profile is { } profile)
        {
            json["profile"] = profile;
        }

        return new() { ["dataset"] = json, ["tags"] = MlflowCalls.Pairs(dataset.Tags) };
    }

    private static string TextOf(RunStatus status) => status.ToString().ToUpper(CultureInfo.InvariantCulture);

    private static AssetRef AssetOf(RunId id) => new(AssetKind.Run, id.ToString());
}
