using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Writes replies: JSON of MLflow's messages, where an unset field is absent.</summary>
internal static class JsonReply
{
    // Quotes stay readable in messages. Nothing here is ever a page: the type says so, and that it must not be guessed.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpResponse response, JsonNode message, string contentType = "application/json")
    {
        response.ContentType = contentType;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        var writer = new Utf8JsonWriter(response.BodyWriter, Options);
        await using (writer.ConfigureAwait(false))
        {
            message.WriteTo(writer);
        }

        await response.BodyWriter.FlushAsync(response.HttpContext.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>A metric's value as MLflow's SQL store hands it out: not-a-number by name, infinities as the largest finite numbers.</summary>
    public static JsonNode Number(double value) =>
        double.IsNaN(value) ? JsonValue.Create("NaN") : JsonValue.Create(Math.Clamp(value, double.MinValue, double.MaxValue));

    /// <summary>A text as JSON has it.</summary>
    public static string Quote(string text) => $"\"{Options.Encoder!.Encode(text)}\"";

    /// <summary>A list, or null so that an empty one is absent.</summary>
    public static JsonArray? List(IEnumerable<JsonNode> items)
    {
        var list = new JsonArray([.. items]);
        return list.Count == 0 ? null : list;
    }

    /// <summary>Sets a field unless its value is null.</summary>
    public static JsonObject With(this JsonObject message, string field, JsonNode? value)
    {
        if (value is not null)
        {
            message[field] = value;
        }

        return message;
    }
}
