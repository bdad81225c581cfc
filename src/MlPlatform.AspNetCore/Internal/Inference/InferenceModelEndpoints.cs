using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a client of the Open Inference Protocol asks about the server and its models.</summary>
internal sealed class InferenceModelEndpoints(
    IOptions<ServingOptions> serving,
    IHostApplicationLifetime lifetime,
    RequestDrain drain,
    IInferenceServer? server = null,
    IModelServer? predictors = null
) : IPlatformEndpoints
{
    private const string Model = "/v2/models/{model}";
    private const string Version = Model + "/versions/{version}";
    private static readonly string Release = typeof(InferenceModelEndpoints)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion;

    public void Map(PlatformRoutes routes)
    {
        if (server is null)
        {
            return;
        }

        var inference = routes.WithErrors(InferenceErrorStyle.Instance);
        inference.Map([HttpMethods.Get], "/v2", Access.Probe, DescribeServerAsync, InferenceDescription.Server);
        inference.Map(
            [HttpMethods.Get],
            "/v2/health/live",
            Access.Probe,
            context => SayAsync(context, "live", yes: true),
            InferenceDescription.Live
        );
        inference.Map(
            [HttpMethods.Get],
            "/v2/health/ready",
            Access.Probe,
            context => SayAsync(context, "ready", IsReady(server)),
            InferenceDescription.Ready
        );
        foreach (var (pattern, withVersion) in new[] { (Model, false), (Version, true) })
        {
            inference.Map(
                [HttpMethods.Get],
                pattern,
                Access.Read,
                context => DescribeAsync(context, server),
                InferenceDescription.Model(withVersion)
            );
            inference.Map(
                [HttpMethods.Get],
                pattern + "/ready",
                Access.Read,
                context => ReadyAsync(context, server),
                InferenceDescription.ModelReady(withVersion)
            );
        }
    }

    private static Task DescribeServerAsync(HttpContext context) =>
        JsonReply.WriteAsync(
            context.Response,
            new JsonObject
            {
                ["name"] = "MlPlatform",
                ["version"] = Release,
                ["extensions"] = new JsonArray("binary_tensor_data", "model_repository", "parameters", "statistics"),
            }
        );

    /// <summary>What the application predicts with must be loaded; what callers have named must not, or any of them could take the server down.</summary>
    private bool IsReady(IInferenceServer models)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested || drain.IsStopping)
        {
            return false;
        }

        var named = models.ListOpen().Select(m => m.Reference).ToHashSet(StringComparer.Ordinal);
        return predictors?.List().All(m => m.Version is not null || named.Contains(m.Reference)) ?? true;
    }

    private static Task SayAsync(HttpContext context, string member, bool yes)
    {
        SetStatus(context.Response, yes);
        return JsonReply.WriteAsync(context.Response, new JsonObject { [member] = yes });
    }

    private async Task DescribeAsync(HttpContext context, IInferenceServer models)
    {
        var reference = InferenceTarget.Of(context, serving.Value.DefaultAlias);
        var model = await models.DescribeAsync(reference, context.RequestAborted).ConfigureAwait(false);
        await JsonReply
            .WriteAsync(
                context.Response,
                new JsonObject
                {
                    ["name"] = model.Version.Name,
                    ["versions"] = new JsonArray(model.Version.Version.ToString(CultureInfo.InvariantCulture)),
                    ["platform"] = model.Runtime == ModelRuntime.Onnx ? "onnx_onnxv1" : model.Runtime,
                    ["inputs"] = Describe(model.Inputs),
                    ["outputs"] = Describe(model.Outputs),
                }
            )
            .ConfigureAwait(false);
    }

    private async Task ReadyAsync(HttpContext context, IInferenceServer models)
    {
        var reference = InferenceTarget.Of(context, serving.Value.DefaultAlias);
        var isReady = true;
        try
        {
            await models.DescribeAsync(reference, context.RequestAborted).ConfigureAwait(false);
        }
        catch (ModelUnavailableException)
        {
            isReady = false; // It is the answer, and the loader has logged why.
        }

        SetStatus(context.Response, isReady);
        await JsonReply
            .WriteAsync(context.Response, new JsonObject { ["name"] = reference.Name, ["ready"] = isReady })
            .ConfigureAwait(false);
    }

    private static void SetStatus(HttpResponse response, bool isReady)
    {
        if (!isReady)
        {
            response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            response.Headers.RetryAfter = "1";
        }
    }

    private static JsonArray Describe(IReadOnlyList<TensorInfo> tensors) =>
        new([
            .. tensors.Select(t => new JsonObject
            {
                ["name"] = t.Name,
                ["datatype"] = Datatypes.NameOf(t.Type),
                ["shape"] = new JsonArray([.. t.Shape.Select(d => (JsonNode)d)]),
            }),
        ]);
}
