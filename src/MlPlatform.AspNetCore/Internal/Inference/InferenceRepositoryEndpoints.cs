using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Lists, loads and unloads models by the Open Inference Protocol.</summary>
internal sealed class InferenceRepositoryEndpoints(
    IOptions<AspNetCoreOptions> options,
    IOptions<ServingOptions> serving,
    IInferenceServer? server = null
) : IPlatformEndpoints
{
    private const string Model = "/v2/repository/models/{model}";
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    public void Map(PlatformRoutes routes)
    {
        if (server is null)
        {
            return;
        }

        var inference = routes.WithErrors(InferenceErrorStyle.Instance);
        inference.Map(
            [HttpMethods.Post],
            "/v2/repository/index",
            Access.Admin,
            context => IndexAsync(context, server),
            InferenceDescription.Index
        );
        inference.Map([HttpMethods.Post], Model + "/load", Access.Admin, context => LoadAsync(context, server), InferenceDescription.Load);
        inference.Map(
            [HttpMethods.Post],
            Model + "/unload",
            Access.Admin,
            context => UnloadAsync(context, server),
            InferenceDescription.Unload
        );
    }

    private async Task IndexAsync(HttpContext context, IInferenceServer models)
    {
        var readyOnly = await ReadAsync(context, IsReadyOnly).ConfigureAwait(false);
        var open = InferenceRepository.List(models, readyOnly).Select(Describe);
        await JsonReply.WriteAsync(context.Response, new JsonArray([.. open])).ConfigureAwait(false);
    }

    private async Task LoadAsync(HttpContext context, IInferenceServer models)
    {
        await ReadAsync(context, body => CheckParameters(body, InferenceRepository.OfLoad)).ConfigureAwait(false);
        var reference = InferenceTarget.Of(context, serving.Value.DefaultAlias);
        await models.LoadAsync(reference, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task UnloadAsync(HttpContext context, IInferenceServer models)
    {
        await ReadAsync(context, body => CheckParameters(body, InferenceRepository.OfUnload)).ConfigureAwait(false);
        var reference = InferenceTarget.Of(context, serving.Value.DefaultAlias);
        await models.UnloadAsync(reference.Name, context.RequestAborted).ConfigureAwait(false);
    }

    private static bool IsReadyOnly(JsonElement body) =>
        body.TryGetProperty("ready", out var ready)
        && ready.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw MlflowException.InvalidParameter("'ready' is neither true nor false."),
        };

    private static bool CheckParameters(JsonElement body, IReadOnlyList<string> known)
    {
        if (!body.TryGetProperty("parameters", out var parameters))
        {
            return true;
        }

        if (parameters.ValueKind != JsonValueKind.Object)
        {
            throw MlflowException.InvalidParameter("'parameters' is not an object.");
        }

        InferenceRepository.CheckParameters(parameters.EnumerateObject().Select(p => p.Name), known);
        return true;
    }

    private static void CheckRepository(JsonElement body)
    {
        if (body.TryGetProperty("repository_name", out var name))
        {
            InferenceRepository.Check(
                name.ValueKind == JsonValueKind.String
                    ? name.GetString()!
                    : throw MlflowException.InvalidParameter("'repository_name' is not a string.")
            );
        }
    }

    private async Task<T> ReadAsync<T>(HttpContext context, Func<JsonElement, T> read)
    {
        var memory = InferenceMemory.Pool.Get();
        try
        {
            var body = await InferenceBody.ReadAsync(context, options.Value.MaxRequestBytes, memory).ConfigureAwait(false);
            return Read(body.IsEmpty ? "{}"u8.ToArray() : body, read);
        }
        finally
        {
            InferenceMemory.Pool.Return(memory);
        }
    }

    private static T Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw MlflowException.InvalidParameter("The body is not an object.");
            }

            CheckRepository(document.RootElement);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw MalformedJson.Refuse(e, body.Span);
        }
    }

    private static JsonObject Describe(RepositoryEntry model) =>
        new()
        {
            ["name"] = model.Name,
            ["version"] = model.Version,
            ["state"] = model.State,
            ["reason"] = model.Reason,
        };
}
