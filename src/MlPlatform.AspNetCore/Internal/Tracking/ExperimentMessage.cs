using System.Text.Json.Nodes;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal static class ExperimentMessage
{
    public static JsonObject Of(Experiment experiment) =>
        new JsonObject
        {
            ["experiment_id"] = experiment.Id,
            ["name"] = experiment.Name,
            ["artifact_location"] = experiment.ArtifactLocation ?? $"mlflow-artifacts:/{experiment.Id}",
            ["lifecycle_stage"] = Wire.Lifecycle(experiment.DeletedAt),
            ["last_update_time"] = Wire.Time(experiment.UpdatedAt),
            ["creation_time"] = Wire.Time(experiment.CreatedAt),
        }.With("tags", Wire.Pairs(experiment.Tags));
}
