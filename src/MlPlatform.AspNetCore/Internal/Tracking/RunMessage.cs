using System.Text.Json.Nodes;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal static class RunMessage
{
    private const string RunName = "mlflow.runName";
    private const string ParentRunId = "mlflow.parentRunId";

    public static JsonObject Of(RunInfo run) =>
        new()
        {
            ["info"] = Info(run),
            ["data"] = new JsonObject()
                .With(
                    "metrics",
                    JsonReply.List(run.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal).Select(JsonNode (m) => Metric(m.Key, m.Value)))
                )
                .With("params", Wire.Pairs(run.Params))
                .With("tags", Wire.Pairs(Tags(run))),
            ["inputs"] = new JsonObject()
                .With("dataset_inputs", JsonReply.List(run.Inputs.Select(JsonNode (i) => DatasetMessage.Of(i))))
                .With("model_inputs", JsonReply.List(run.ModelInputs.Select(JsonNode (m) => new JsonObject { ["model_id"] = m }))),
            ["outputs"] = new JsonObject().With(
                "model_outputs",
                JsonReply.List(run.ModelOutputs.Select(JsonNode (m) => new JsonObject { ["model_id"] = m.ModelId, ["step"] = m.Step }))
            ),
        };

    public static JsonObject Info(RunInfo run) =>
        new JsonObject
        {
            ["run_id"] = run.Id.ToString(),
            ["run_uuid"] = run.Id.ToString(),
            ["run_name"] = run.Name,
            ["experiment_id"] = run.ExperimentId,
            ["user_id"] = run.UserId ?? string.Empty,
            ["status"] = Wire.RunStatuses.NameOf(run.Status),
            ["start_time"] = Wire.Time(run.StartTime),
            ["artifact_uri"] = $"mlflow-artifacts:/{run.ExperimentId}/{run.Id}/artifacts",
            ["lifecycle_stage"] = Wire.Lifecycle(run.DeletedAt),
        }.With("end_time", run.EndTime is { } end ? Wire.Time(end) : null);

    public static JsonObject Metric(string key, MetricPoint point) =>
        new()
        {
            ["key"] = key,
            ["value"] = JsonReply.Number(point.Value),
            ["timestamp"] = Wire.Time(point.Time),
            ["step"] = point.Step,
        };

    /// <summary>Clients read a run's name and parent from tags, also of runs that were not made over the wire.</summary>
    private static Dictionary<string, string> Tags(RunInfo run)
    {
        var tags = new Dictionary<string, string>(run.Tags, StringComparer.Ordinal);
        tags.TryAdd(RunName, run.Name);
        if (run.ParentRunId is { } parent)
        {
            tags.TryAdd(ParentRunId, parent.ToString());
        }

        return tags;
    }
}
