using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>What a running server keeps.</summary>
internal sealed class MlflowServerContents(MlflowClient client, MlflowFiles files, ImportTally tally) : IMlflowContents
{
    private const int PageSize = 1000;
    private const int MetricsPerPage = 25_000;
    private const int MaximumFiles = 100_000;

    public async IAsyncEnumerable<Found<FoundExperiment>> ListExperimentsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["view_type"] = "ALL", ["max_results"] = PageSize };
        await foreach (var page in client.PagesAsync(MlflowCall.Post("experiments/search", body), cancellationToken).ConfigureAwait(false))
        {
            foreach (var experiment in page.Experiments ?? [])
            {
                var place = $"experiments/{experiment.ExperimentId}";
                yield return Find(
                    place,
                    () =>
                    {
                        var read = RemoteAssets.ToExperiment(experiment);
                        return new FoundExperiment(place, read.Id, read.Name, read.Tags, read.DeletedAt is not null);
                    }
                );
            }
        }
    }

    public async IAsyncEnumerable<Found<FoundRun>> ListRunsAsync(
        FoundExperiment experiment,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var body = new JsonObject
        {
            ["experiment_ids"] = new JsonArray(experiment.Id),
            ["run_view_type"] = "ALL",
            ["max_results"] = PageSize,
            ["order_by"] = new JsonArray("attributes.start_time ASC"),
        };
        await foreach (var page in client.PagesAsync(MlflowCall.Post("runs/search", body), cancellationToken).ConfigureAwait(false))
        {
            foreach (var run in page.Runs ?? [])
            {
                yield return Find($"runs/{run.Info?.RunId}", () => ReadRun(run, experiment.Name));
            }
        }
    }

    public async IAsyncEnumerable<Found<FoundLoggedModel>> ListLoggedModelsAsync(
        FoundExperiment experiment,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var body = new JsonObject { ["experiment_ids"] = new JsonArray(experiment.Id), ["max_results"] = 100 };
        var pages = client
            .PagesAsync(MlflowCall.Post("logged-models/search", body), cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using (pages.ConfigureAwait(false))
        {
            while (await TryMoveAsync(pages, experiment).ConfigureAwait(false))
            {
                foreach (var model in pages.Current.Models ?? [])
                {
                    yield return Find($"logged-models/{model.Info?.ModelId}", () => ReadLoggedModel(model));
                }
            }
        }
    }

    public async IAsyncEnumerable<Found<FoundModel>> ListModelsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = MlflowCall.Get("registered-models/search", null, ("max_results", MlflowCalls.TextOf(PageSize)));
        await foreach (var page in client.PagesAsync(call, cancellationToken).ConfigureAwait(false))
        {
            foreach (var model in page.RegisteredModels ?? [])
            {
                yield return new($"registered-models/{model.Name}", cancel => ReadModelAsync(model, cancel));
            }
        }
    }

    private static Found<T> Find<T>(string place, Func<T?> read)
        where T : class => new(place, _ => Task.FromResult(read()));

    /// <summary>Servers before version 3 of MLflow know no logged models.</summary>
    private async Task<bool> TryMoveAsync(IAsyncEnumerator<MlflowReply> pages, FoundExperiment experiment)
    {
        try
        {
            return await pages.MoveNextAsync().ConfigureAwait(false);
        }
        catch (MlflowServerException e)
        {
            tally.Skip(experiment.Place, $"Its logged models: {e.Message}");
            return false;
        }
    }

    private FoundRun ReadRun(RunReply reply, string experiment)
    {
        var run = RemoteAssets.ToRun(reply, experiment);
        return new(run.Id)
        {
            Name = run.Name,
            StartTime = run.StartTime,
            EndTime = run.EndTime,
            UserId = run.UserId,
            Status = run.Status,
            IsDeleted = run.DeletedAt is not null,
            Params = run.Params,
            Tags = run.Tags,
            Inputs = run.Inputs,
            ModelInputs = run.ModelInputs,
            Metrics = ReadMetricsAsync(run),
            Files = ListFilesAsync(reply.Info?.ArtifactUri, new(AssetKind.Run, run.Id.ToString())),
        };
    }

    private FoundLoggedModel ReadLoggedModel(LoggedModelReply reply)
    {
        var id = reply.Info?.ModelId ?? throw new FormatException("The logged model has no id.");
        return new(id)
        {
            Name = reply.Info.Name,
            ModelType = string.IsNullOrEmpty(reply.Info.ModelType) ? null : reply.Info.ModelType,
            SourceRunId = RemoteAssets.TryRunId(reply.Info.SourceRunId),
            IsReady = reply.Info.Status is "LOGGED_MODEL_READY" or "READY",
            Params = RemoteAssets.ToMap(reply.Data?.Params),
            Tags = RemoteAssets.ToMap(reply.Info.Tags),
            Metrics =
            [
                .. (reply.Data?.Metrics ?? [])
                    .Where(m => m.Key is not null && RemoteAssets.TryRunId(m.RunId) is not null)
                    .Select(m => (RemoteAssets.ToRunId(m.RunId), ToEntry(m))),
            ],
            Files = ListFilesAsync(reply.Info.ArtifactUri, new(AssetKind.LoggedModel, id)),
        };
    }

    private async Task<FoundModel?> ReadModelAsync(ModelReply reply, CancellationToken cancellationToken)
    {
        // A search does not tell the aliases in every version of MLflow.
        var whole = await client.SendAsync(MlflowCalls.GetModel(reply.Name!), cancellationToken).ConfigureAwait(false);
        var model = RemoteAssets.ToModel(whole.RegisteredModel);
        var versions = new List<FoundVersion>();
        await foreach (var page in client.PagesAsync(MlflowCalls.SearchVersions(model.Name), cancellationToken).ConfigureAwait(false))
        {
            versions.AddRange((page.ModelVersions ?? []).Select(ReadVersion));
        }

        return new(model.Name)
        {
            Description = model.Description,
            Tags = model.Tags,
            Versions = versions,
            Aliases = RemoteAssets.ToAliases(whole.RegisteredModel).ToDictionary(a => a.Alias, a => a.Version, StringComparer.Ordinal),
        };
    }

    private static FoundVersion ReadVersion(VersionReply reply)
    {
        var version = RemoteAssets.ToVersion(reply);
        return new(version.Id.Version)
        {
            Description = version.Description,
            Tags = version.Tags,
            Run = string.IsNullOrEmpty(reply.RunId) ? null : reply.RunId,
            Source = version.Source ?? $"{version.Id.Name}/{MlflowCalls.TextOf(version.Id.Version)}",
            RunLink = version.RunLink,
            LoggedModelId = version.LoggedModelId,
            CreatedAt = version.CreatedAt,
        };
    }

    private async IAsyncEnumerable<MetricEntry> ReadMetricsAsync(
        RunInfo run,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        foreach (var key in run.Metrics.Keys.Order(StringComparer.Ordinal))
        {
            var call = MlflowCall.Get(
                "metrics/get-history",
                new(AssetKind.Run, run.Id.ToString()),
                ("run_id", run.Id.ToString()),
                ("metric_key", key),
                ("max_results", MlflowCalls.TextOf(MetricsPerPage))
            );
            await foreach (var page in client.PagesAsync(call, cancellationToken).ConfigureAwait(false))
            {
                foreach (var metric in page.Metrics ?? [])
                {
                    yield return ToEntry(metric with { Key = key });
                }
            }
        }
    }

    private async IAsyncEnumerable<FoundFile> ListFilesAsync(
        string? address,
        AssetRef asset,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var folder = await files.ResolveAsync(address ?? string.Empty, asset, cancellationToken).ConfigureAwait(false);
        foreach (var file in await files.ListAsync(folder, asset, MaximumFiles, cancellationToken).ConfigureAwait(false))
        {
            yield return new(
                $"{asset.Id}/{file.Path}",
                file.Path,
                async cancel =>
                {
                    var response = await client.OpenFileAsync($"{folder}/{file.Path}", asset, cancel).ConfigureAwait(false);
                    return await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
                }
            );
        }
    }

    private static MetricEntry ToEntry(MetricReply metric)
    {
        var point = RemoteAssets.ToPoint(metric);
        return new(metric.Key!, point.Value, point.Step, point.Time)
        {
            DatasetName = metric.DatasetName,
            DatasetDigest = metric.DatasetDigest,
        };
    }
}
