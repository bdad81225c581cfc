using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a client of the Open Inference Protocol asks about the server and its models.</summary>
internal sealed class InferenceModelEndpoints(
    IOptions<ServingOptions> serving,
    InferenceReadiness readiness,
    IInferenceServer? server = null
) : IPlatformEndpoints
{
    private const string Model = "/v2/models/{model}";
    private const string Version = Model + "/versions/{version}";

    public void Map(PlatformRoutes routes)
    {
        if (server is null)
        {
            return;
        }

        var inference = routes.WithErrors(InferenceErrorStyle.Instance);
        inference.Map(PlatformRoutes.Reading, "/v2", Access.Probe, DescribeServerAsync, InferenceDescription.Server);
        inference.Map(
            PlatformRoutes.Reading,
            "/v2/health/live",
            Access.Probe,
            context => SayAsync(context, "live", yes: true),
            InferenceDescription.Live
        );
        inference.Map(
            PlatformRoutes.Reading,
            "/v2/health/ready",
            Access.Probe,
            context => SayAsync(context, "ready", readiness.IsReady(server)),
            InferenceDescription.Ready
        );
        foreach (var (pattern, withVersion) in new[] { (Model, false), (Version, true) })
        {
            inference.Map(
                PlatformRoutes.Reading,
                pattern,
                Access.Read,
                context => DescribeAsync(context, server),
                InferenceDescription.Model(withVersion)
            );
            inference.Map(
                PlatformRoutes.Reading,
                pattern + "/ready",
                Access.Read,
                context => ReadyAsync(context, server),
                InferenceDescription.ModelReady(withVersion)
            );
            inference.Map(
                PlatformRoutes.Reading,
                pattern + "/config",
                Access.Read,
                context => ConfigureAsync(context, server),
                InferenceDescription.ModelConfig(withVersion)
            );
        }
    }

    private static Task DescribeServerAsync(HttpContext context) =>
        JsonReply.WriteAsync(
            context.Response,
            new JsonObject
            {
                ["name"] = InferenceServerInfo.Name,
                ["version"] = InferenceServerInfo.Release,
                ["extensions"] = new JsonArray([.. InferenceServerInfo.Extensions.Select(e => (JsonNode)e)]),
            }
        );

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
                    ["versions"] = new JsonArray([
                        .. model.Versions.Select(v => JsonValue.Create(v.ToString(CultureInfo.InvariantCulture))),
                    ]),
                    ["platform"] = InferenceServerInfo.PlatformOf(model),
                    ["inputs"] = Describe(model.Inputs),
                    ["outputs"] = Describe(model.Outputs),
                }
            )
            .ConfigureAwait(false);
    }

    private async Task ReadyAsync(HttpContext context, IInferenceServer models)
    {
        var reference = InferenceTarget.Of(context, serving.Value.DefaultAlias);
        var isReady = await InferenceReadiness.IsReadyAsync(models, reference, context.RequestAborted).ConfigureAwait(false);
        SetStatus(context.Response, isReady);
        await JsonReply
            .WriteAsync(context.Response, new JsonObject { ["name"] = reference.Name, ["ready"] = isReady })
            .ConfigureAwait(false);
    }

    /// <summary>What gRPC says, as Triton says it over REST.</summary>
    private async Task ConfigureAsync(HttpContext context, IInferenceServer models)
    {
        var reference = InferenceTarget.Of(context, serving.Value.DefaultAlias);
        var model = await models.DescribeAsync(reference, context.RequestAborted).ConfigureAwait(false);
        var config = GrpcModelConfig.Of(model, serving.Value.MaxRequestRows);
        await JsonReply
            .WriteAsync(
                context.Response,
                new JsonObject
                {
                    ["name"] = config.Name,
                    ["platform"] = config.Platform,
                    ["max_batch_size"] = config.MaxBatchSize,
                    ["input"] = Configure(model.Inputs, config.Input.Select(t => t.Dims)),
                    ["output"] = Configure(model.Outputs, config.Output.Select(t => t.Dims)),
                }
            )
            .ConfigureAwait(false);
    }

    private static JsonArray Configure(IReadOnlyList<TensorInfo> tensors, IEnumerable<IReadOnlyList<long>> dimensions) =>
        new([
            .. tensors.Zip(
                dimensions,
                (t, d) =>
                    new JsonObject
                    {
                        ["name"] = t.Name,
                        ["data_type"] = t.Type == DataType.String ? "TYPE_STRING" : $"TYPE_{Datatypes.NameOf(t.Type)}",
                        ["dims"] = new JsonArray([.. d.Select(n => (JsonNode)n)]),
                    }
            ),
        ]);

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
