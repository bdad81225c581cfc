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
                .With("tags", Wire.Pairs(Tags(model)))
                .With(
                    "registrations",
                    JsonReply.List(
                        model.Versions.Select(JsonNode (v) => new JsonObject { ["name"] = v.Name, ["version"] = Wire.Number(v.Version) })
                    )
                ),
            ["data"] = new JsonObject()
                .With("params", Wire.Pairs(model.Params))
                .With("metrics", JsonReply.List(model.Metrics.Select(JsonNode (m) => Metric(model.Id, m)))),
        };

    /// <summary>Clients read the versions from a tag that they also write; ours says what is true now, whatever they wrote.</summary>
    private static Dictionary<string, string> Tags(LoggedModel model)
    {
        const string Versions = "mlflow.modelVersions";
        var tags = new Dictionary<string, string>(model.Tags, StringComparer.Ordinal);
        tags.Remove(Versions);
        if (model.Versions.Count > 0)
        {
            var each = model.Versions.Select(v => $$"""{"name": {{JsonReply.Quote(v.Name)}}, "version": {{Wire.Number(v.Version)}}}""");
            tags[Versions] = $"[{string.Join(", ", each)}]";
        }

        return tags;
    }

    private static JsonObject Metric(string model, LoggedModelMetric metric) =>
        RunMessage
            .Metric(metric.Key, metric.Point)
            .With("dataset_name", metric.DatasetName)
            .With("dataset_digest", metric.DatasetDigest)
            .With("model_id", model)
            .With("run_id", metric.RunId.ToString());
}
