using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What is written to runs. Every call is stored when it is answered.</summary>
internal sealed class RunLogEndpoints(IExperimentTracker tracker, ILogger<RunLogEndpoints> logger) : IPlatformEndpoints
{
    private const int MaximumMetrics = 1000;
    private const int MaximumPairs = 100;
    private const int MaximumItems = 1000;
    private const int ParamLength = 6000;
    private const int TagLength = 8000;
    private const int InputBytes = 20 << 20; // A profile alone may have 16 MiB.

    public void Map(PlatformRoutes routes)
    {
        routes.Post("runs/set-tag", Access.Write, SetTagAsync);
        routes.Post("runs/log-metric", Access.Write, LogMetricAsync);
        routes.Post("runs/log-parameter", Access.Write, LogParameterAsync);
        routes.Post("runs/log-batch", Access.Write, LogBatchAsync);
        routes.Post("runs/log-inputs", Access.Write, LogInputsAsync, InputBytes);
        routes.Post("runs/outputs", Access.Write, LogOutputsAsync);
        routes.Post("runs/log-model", Access.Write, LogModelAsync);
    }

    /// <summary>Tags cut to what a run keeps: clients that do not cut them themselves rely on it.</summary>
    public static IReadOnlyDictionary<string, string> Shortened(IReadOnlyDictionary<string, string> tags) =>
        tags.ToDictionary(t => t.Key, t => t.Value.Length > TagLength ? t.Value[..TagLength] : t.Value, StringComparer.Ordinal);

    private Task<JsonObject> SetTagAsync(MlflowRequest request) =>
        WriteAsync(
            request,
            () =>
                new()
                {
                    Tags =
                    [
                        Short(
                            new(request.RequiredString("key"), request.OptionalString("value") ?? throw request.Missing("value")),
                            TagLength
                        ),
                    ],
                }
        );

    private Task<JsonObject> LogParameterAsync(MlflowRequest request) =>
        WriteAsync(
            request,
            () =>
                new() { Params = [Short(new(request.RequiredString("key"), request.OptionalString("value") ?? string.Empty), ParamLength)] }
        );

    private Task<JsonObject> LogMetricAsync(MlflowRequest request) => WriteAsync(request, () => new() { Metrics = [Metric(request)] });

    private Task<JsonObject> LogBatchAsync(MlflowRequest request) => WriteAsync(request, () => Batch(request));

    private RunBatch Batch(MlflowRequest request)
    {
        var batch = new RunBatch
        {
            Metrics = [.. request.Messages("metrics", MaximumMetrics).Select(Metric)],
            Params = [.. request.Pairs("params", MaximumPairs).Select(p => Short(p, ParamLength))],
            Tags = [.. request.Pairs("tags", MaximumPairs).Select(t => Short(t, TagLength))],
        };
        var items = batch.Metrics.Count + batch.Params.Count + batch.Tags.Count;
        return items <= MaximumItems
            ? batch
            : throw MlflowException.InvalidParameter(
                $"A batch has at most {MaximumItems} metrics, params and tags in all; this one has {items}."
            );
    }

    private async Task<JsonObject> LogInputsAsync(MlflowRequest request)
    {
        var datasets = request.Messages("datasets").Select(DatasetMessage.Read).ToList();
        var models = request.Messages("models").Select(m => m.RequiredString("model_id")).ToList();
        await tracker.LogInputsAsync(request.RequiredRunId(), datasets, models, request.CancellationToken).ConfigureAwait(false);
        return [];
    }

    private async Task<JsonObject> LogOutputsAsync(MlflowRequest request)
    {
        var models = request
            .Messages("models")
            .Select(m => new RunModelOutput(m.RequiredString("model_id"), m.OptionalInt64("step") ?? 0))
            .ToList();
        await tracker.LogOutputsAsync(request.RequiredRunId(), models, request.CancellationToken).ConfigureAwait(false);
        return [];
    }

    /// <summary>Old clients note each model that they upload in a tag that holds a list.</summary>
    private async Task<JsonObject> LogModelAsync(MlflowRequest request)
    {
        const string History = "mlflow.log-model.history";
        var id = request.RequiredRunId();
        var model = LogModelHistory.Parse(request.RequiredString("model_json"));
        var run =
            await tracker.GetRunAsync(id, request.CancellationToken).ConfigureAwait(false)
            ?? throw new AssetNotFoundException(new(AssetKind.Run, id.ToString()));
        var history = LogModelHistory.Append(run.Tags.GetValueOrDefault(History), model);
        if (history.Length > TagLength)
        {
            throw MlflowException.InvalidParameter($"Tag '{History}' would have more than {TagLength} characters.");
        }

        return await WriteAsync(request, () => new() { Tags = [new(History, history)] }).ConfigureAwait(false);
    }

    /// <summary>Writes what is read once it is known for which run: of several mistakes, the id's is named first.</summary>
    private async Task<JsonObject> WriteAsync(MlflowRequest request, Func<RunBatch> read)
    {
        var id = request.RequiredRunId();
        await tracker.LogBatchAsync(id, read(), request.CancellationToken).ConfigureAwait(false);
        return [];
    }

    private static MetricEntry Metric(MlflowMessage metric) =>
        new(
            metric.RequiredString("key"),
            metric.RequiredDouble("value"),
            metric.OptionalInt64("step") ?? 0,
            metric.RequiredTime("timestamp")
        )
        {
            ModelId = metric.OptionalString("model_id") is { Length: > 0 } model ? model : null,
            DatasetName = metric.OptionalString("dataset_name") is { Length: > 0 } name ? name : null,
            DatasetDigest = metric.OptionalString("dataset_digest") is { Length: > 0 } digest ? digest : null,
        };

    private KeyValuePair<string, string> Short(KeyValuePair<string, string> pair, int length)
    {
        if (pair.Value.Length <= length)
        {
            return pair;
        }

        Log.Shortened(logger, pair.Key, pair.Value.Length, length);
        return new(pair.Key, pair.Value[..length]);
    }
}
