using System.Text.Json.Nodes;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal static class LoggedModelMessage
{
    public static JsonObject Of(LoggedModel model) =>
        new()
        {
            ["info"] = new JsonObject
            {
                ["model_id"] = model.Id,
                ["experiment_id"] = model.ExperimentId,
                ["name"] = model.Name,
                ["creation_timestamp_ms"] = Wire.Time(model.CreatedAt),
                ["last_updated_timestamp_ms"] = Wire.Time(model.UpdatedAt),
                ["artifact_uri"] = $"mlflow-artifacts:/{model.ExperimentId}/models/{model.Id}/artifacts",
                ["status"] = Wire.ModelStatuses.NameOf(model.Status),
            }
                .With("model_type", model.ModelType)
                .With("source_run_id", model.SourceRunId?.ToString())
                .With("status_message", model.StatusMessage)
                .With("tags", Wire.Pairs(model.Tags)),
            ["data"] = new JsonObject()
                .With("params", Wire.Pairs(model.Params))
                .With("metrics", JsonReply.List(model.Metrics.Select(JsonNode (m) => Metric(model.Id, m)))),
        };

    private static JsonObject Metric(string model, LoggedModelMetric metric) =>
        RunMessage
            .Metric(metric.Key, metric.Point)
            .With("dataset_name", metric.DatasetName)
            .With("dataset_digest", metric.DatasetDigest)
            .With("model_id", model)
            .With("run_id", metric.RunId.ToString());
}
