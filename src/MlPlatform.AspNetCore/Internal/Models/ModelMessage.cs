using System.Text.Json.Nodes;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

internal static class ModelMessage
{
    public static JsonObject Of(RegisteredModel model, IReadOnlyList<ModelAlias> aliases, IReadOnlyList<ModelVersion> latest) =>
        new JsonObject
        {
            ["name"] = model.Name,
            ["creation_timestamp"] = Wire.Time(model.CreatedAt),
            ["last_updated_timestamp"] = Wire.Time(model.UpdatedAt),
        }
            .With("description", model.Description)
            .With("latest_versions", JsonReply.List(latest.Select(JsonNode (v) => Of(v, aliases))))
            .With("tags", Wire.Pairs(model.Tags))
            .With(
                "aliases",
                JsonReply.List(aliases.Select(JsonNode (a) => new JsonObject { ["alias"] = a.Alias, ["version"] = Wire.Number(a.Version) }))
            );

    public static JsonObject Of(ModelVersion version, IReadOnlyList<ModelAlias> aliases) =>
        new JsonObject
        {
            ["name"] = version.Id.Name,
            ["version"] = Wire.Number(version.Id.Version),
            ["creation_timestamp"] = Wire.Time(version.CreatedAt),
            ["last_updated_timestamp"] = Wire.Time(version.UpdatedAt),
            ["user_id"] = version.CreatedBy,
            ["current_stage"] = Stages.Of(version),
            ["description"] = version.Description ?? string.Empty,
            ["source"] = version.Source ?? string.Empty,
            ["run_id"] = version.RunId?.ToString() ?? version.ForeignRunId ?? string.Empty,
            ["status"] = "READY",
            ["run_link"] = version.RunLink ?? string.Empty,
        }
            .With("model_id", version.LoggedModelId)
            .With(
                "tags",
                Wire.Pairs(version.Tags.Where(t => t.Key != Stages.Tag).ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal))
            )
            .With("aliases", JsonReply.List(aliases.Where(a => a.Version == version.Id.Version).Select(JsonNode (a) => a.Alias)));
}
