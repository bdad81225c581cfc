using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlPlatform.AspNetCore.Internal;

internal static class LogModelHistory
{
    public static JsonObject Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject ?? throw Wrong("an object was expected");
        }
        catch (JsonException e)
        {
            throw Wrong(e.Message);
        }
    }

    public static string Append(string? history, JsonObject model)
    {
        JsonArray models = [];
        try
        {
            models = history is null ? [] : JsonNode.Parse(history) as JsonArray ?? [];
        }
        catch (JsonException)
        {
            // Somebody wrote something else there: the list begins anew.
        }

        models.Add(model);
        return models.ToJsonString();
    }

    private static MlflowException Wrong(string problem) =>
        MlflowException.InvalidParameter($"Invalid value for parameter 'model_json': it is no JSON object ({problem}).");
}
