using System.Text.Json;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>What the server answers, as the registry's own types.</summary>
internal static class RemoteAssets
{
    private const string Deleted = "deleted";

    public static Experiment ToExperiment(ExperimentReply? reply)
    {
        var experiment = Given(reply, "experiment");
        var created = Time(experiment.CreationTime);
        var updated = Time(experiment.LastUpdateTime ?? experiment.CreationTime);
        return new(Given(experiment.ExperimentId, "experiment_id"), Given(experiment.Name, "name"), created)
        {
            UpdatedAt = updated,
            DeletedAt = experiment.LifecycleStage == Deleted ? updated : null,
            ArtifactLocation = experiment.ArtifactLocation,
            Tags = ToMap(experiment.Tags),
        };
    }

    /// <summary>A run.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="experiment">The name of its experiment.</param>
    public static RunInfo ToRun(RunReply? reply, string experiment)
    {
        var info = Given(reply?.Info, "run info");
        var tags = ToMap(reply!.Data?.Tags);
        var start = Time(info.StartTime);
        var end = info.EndTime is > 0 ? Time(info.EndTime) : (DateTimeOffset?)null;
        var user = NullIfEmpty(info.UserId) ?? tags.GetValueOrDefault(RemoteTags.User);
        return new()
        {
            Id = ToRunId(info.RunId),
            ExperimentId = Given(info.ExperimentId, "experiment_id"),
            Experiment = experiment,
            Name = NullIfEmpty(info.RunName) ?? tags.GetValueOrDefault("mlflow.runName") ?? info.RunId!,
            ParentRunId = tags.TryGetValue(RemoteTags.ParentRun, out var parent) && TryRunId(parent) is { } above ? above : null,
            Status = Enum.TryParse<RunStatus>(info.Status, ignoreCase: true, out var status) ? status : RunStatus.Running,
            StartTime = start,
            EndTime = end,
            Actor = new Actor(ActorKind.Person, user ?? "unknown").ToString(),
            UserId = user,
            DeletedAt = info.LifecycleStage == Deleted ? end ?? start : null,
            Provenance = ToProvenance(tags),
            Params = ToMap(reply.Data?.Params),
            Metrics = (reply.Data?.Metrics ?? [])
                .Where(m => m.Key is not null)
                .GroupBy(m => m.Key!, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => ToPoint(g.Last()), StringComparer.Ordinal),
            Tags = tags,
            Inputs = [.. (reply.Inputs?.DatasetInputs ?? []).Select(ToDataset)],
            ModelInputs = [.. (reply.Inputs?.ModelInputs ?? []).Select(m => m.ModelId).OfType<string>()],
            ModelOutputs =
            [
                .. (reply.Outputs?.ModelOutputs ?? [])
                    .Where(m => m.ModelId is not null)
                    .Select(m => new RunModelOutput(m.ModelId!, m.Step ?? 0)),
            ],
        };
    }

    public static MetricPoint ToPoint(MetricReply metric) => new(metric.Value ?? double.NaN, metric.Step ?? 0, Time(metric.Timestamp));

    public static RegisteredModel ToModel(ModelReply? reply)
    {
        var model = Given(reply, "registered_model");
        var tags = ToMap(model.Tags);
        return new(
            Given(model.Name, "name"),
            Time(model.CreationTimestamp),
            (model.LatestVersions ?? []).Select(v => v.Version ?? 0).DefaultIfEmpty().Max()
        )
        {
            UpdatedAt = Time(model.LastUpdatedTimestamp ?? model.CreationTimestamp),
            Description = NullIfEmpty(model.Description),
            Owner = tags.GetValueOrDefault(RemoteTags.Owner),
            Tags = tags,
        };
    }

    public static ModelVersion ToVersion(VersionReply? reply)
    {
        var version = Given(reply, "model_version");
        var tags = ToMap(version.Tags);
        var run = TryRunId(version.RunId);
        return new()
        {
            Id = new(Given(version.Name, "name"), version.Version ?? throw Missing("version")),
            ManifestDigest = tags.TryGetValue(RemoteTags.Manifest, out var digest) ? ArtifactDigest.Parse(digest) : null,
            Source = NullIfEmpty(version.Source),
            RunLink = NullIfEmpty(version.RunLink),
            LoggedModelId = NullIfEmpty(version.ModelId),
            RunId = run,
            ForeignRunId = run is null ? NullIfEmpty(version.RunId) : null,
            CreatedAt = Time(version.CreationTimestamp),
            UpdatedAt = Time(version.LastUpdatedTimestamp ?? version.CreationTimestamp),
            CreatedBy = new Actor(ActorKind.Person, NullIfEmpty(version.UserId) ?? "unknown").ToString(),
            Description = NullIfEmpty(version.Description),
            CopiedFrom = tags.GetValueOrDefault(RemoteTags.CopiedFrom),
            Tags = tags,
        };
    }

    /// <summary>The aliases of a model in ordinal order. A version's number stands for its tag: MLflow has none.</summary>
    public static IReadOnlyList<ModelAlias> ToAliases(ModelReply? reply)
    {
        var model = Given(reply, "registered_model");
        return
        [
            .. (model.Aliases ?? [])
                .Where(a => a is { Alias: not null, Version: not null })
                .OrderBy(a => a.Alias, StringComparer.Ordinal)
                .Select(a => new ModelAlias(model.Name!, a.Alias!, a.Version!.Value, new(a.Version.Value))),
        ];
    }

    public static RunId ToRunId(string? text) =>
        TryRunId(text)
        ?? throw new MlPlatformException(
            $"The MLflow server's run '{text}' cannot be named here: ids of 32 hexadecimal digits are understood, as MLflow and Databricks make them."
        );

    /// <summary>A run's id; null when it is not of the form that ids have here.</summary>
    public static RunId? TryRunId(string? text) =>
        Guid.TryParseExact(text, "N", out var id) && string.Equals(new RunId(id).ToString(), text, StringComparison.Ordinal)
            ? new RunId(id)
            : null;

    public static long ToMillis(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    public static Dictionary<string, string> ToMap(List<TextPair>? pairs) =>
        (pairs ?? [])
            .Where(p => p.Key is not null)
            .GroupBy(p => p.Key!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Last().Value ?? string.Empty, StringComparer.Ordinal);

    private static RunDataset ToDataset(DatasetInputReply input)
    {
        var dataset = Given(input.Dataset, "dataset");
        return new(Given(dataset.Name, "name"), Given(dataset.Digest, "digest"))
        {
            SourceType = NullIfEmpty(dataset.SourceType),
            Source = NullIfEmpty(dataset.Source),
            SchemaText = NullIfEmpty(dataset.Schema),
            Profile = NullIfEmpty(dataset.Profile),
            Tags = ToMap(input.Tags),
        };
    }

    private static RunProvenance? ToProvenance(Dictionary<string, string> tags)
    {
        if (tags.TryGetValue(RemoteTags.Provenance, out var json))
        {
            try
            {
                return JsonSerializer.Deserialize(json, ProvenanceJson.Default.RunProvenance);
            }
            catch (JsonException)
            {
                // Another wrote the tag.
            }
        }

        return tags.TryGetValue(RemoteTags.Commit, out var commit) ? new() { Commit = commit } : null;
    }

    private static DateTimeOffset Time(long? millis) =>
        DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Clamp(millis ?? 0, -62_135_596_800_000, 253_402_300_799_999));

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static T Given<T>(T? value, string name)
        where T : class => value ?? throw Missing(name);

    private static MlPlatformException Missing(string name) =>
        new($"The MLflow server's answer has no '{name}'; is it one that speaks MLflow's REST API 2.0?");
}
