using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Reads requests within limits: bytes, depth, one value a name.</summary>
internal static class MlflowRequestReader
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    public static async Task<MlflowRequest> ReadAsync(HttpContext context, int maximumBytes) =>
        HttpMethods.IsGet(context.Request.Method)
            ? new(context, FromQuery(context.Request.Query), isQuery: true)
            : new(context, await FromBodyAsync(context, maximumBytes).ConfigureAwait(false), isQuery: false);

    private static JsonElement FromQuery(IQueryCollection query)
    {
        var fields = new JsonObject();
        foreach (var (name, values) in query)
        {
            fields[name] = values.Count == 1 ? JsonValue.Create(values[0]) : ListOf(values);
        }

        return JsonSerializer.SerializeToElement(fields, MlflowJson.Default.JsonObject);
    }

    private static JsonArray ListOf(StringValues values) => new([.. values.Select(v => (JsonNode?)JsonValue.Create(v))]);

    private static async Task<JsonElement> FromBodyAsync(HttpContext context, int maximumBytes)
    {
        var request = context.Request;
        if (request.ContentLength > maximumBytes)
        {
            throw TooLarge(maximumBytes);
        }

        var body = await ReadToEndAsync(request.Body, maximumBytes, context.RequestAborted).ConfigureAwait(false);
        if (body.Length == 0)
        {
            return JsonElement.Parse("{}");
        }

        // A page of another site can send other types without asking first, so this is a guard as well as a courtesy.
        if (!request.HasJsonContentType())
        {
            throw MlflowException.InvalidParameter($"Content-Type is '{request.ContentType}'; application/json was expected.");
        }

        return Parse(body);
    }

    private static JsonElement Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw MlflowException.InvalidParameter("The body is not a JSON object.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second comes from names with half of a surrogate pair, which the search for duplicates must read.
            throw MlflowException.InvalidParameter($"The body is not valid JSON: {e.Message}");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadToEndAsync(Stream body, int maximumBytes, CancellationToken cancellationToken)
    {
        var content = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await body.ReadAsync(content.GetMemory(4096), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return content.WrittenMemory;
            }

            content.Advance(read);
            if (content.WrittenCount > maximumBytes)
            {
                throw TooLarge(maximumBytes);
            }
        }
    }

    private static MlflowException TooLarge(int maximumBytes) =>
        MlflowException.TooLarge($"The body has more than {maximumBytes} bytes, the limit of this call.");
}
