using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Triton's statistics of models: what each loaded version has done, in nanoseconds.</summary>
internal sealed class InferenceStatisticsEndpoints(IOptions<ServingOptions> serving, IInferenceServer? server = null) : IPlatformEndpoints
{
    public void Map(PlatformRoutes routes)
    {
        if (server is null)
        {
            return;
        }

        var inference = routes.WithErrors(InferenceErrorStyle.Instance);
        inference.Map([HttpMethods.Get], "/v2/models/stats", Access.Read, context => WriteAsync(context, server.ListStatistics()));
        foreach (var pattern in new[] { "/v2/models/{model}/stats", "/v2/models/{model}/versions/{version}/stats" })
        {
            inference.Map([HttpMethods.Get], pattern, Access.Read, context => WriteOfModelAsync(context, server));
        }
    }

    private async Task WriteOfModelAsync(HttpContext context, IInferenceServer models)
    {
        var reference = InferenceTarget.Of(context, serving.Value.DefaultAlias);
        await models.DescribeAsync(reference, context.RequestAborted).ConfigureAwait(false); // One that does not exist is told; another is loaded.
        var asked = models
            .ListStatistics()
            .Where(s => string.Equals(s.Version.Name, reference.Name, StringComparison.Ordinal))
            .Where(s => reference.Version is not { } version || s.Version.Version == version);
        await WriteAsync(context, asked).ConfigureAwait(false);
    }

    private static Task WriteAsync(HttpContext context, IEnumerable<ModelStatistics> statistics) =>
        JsonReply.WriteAsync(context.Response, new JsonObject { ["model_stats"] = new JsonArray([.. statistics.Select(ToJson)]) });

    private static JsonObject ToJson(ModelStatistics of) =>
        new()
        {
            ["name"] = of.Version.Name,
            ["version"] = of.Version.Version.ToString(CultureInfo.InvariantCulture),
            ["last_inference"] = of.LastPrediction?.ToUnixTimeMilliseconds() ?? 0,
            ["inference_count"] = of.Rows,
            ["execution_count"] = of.Runs.Sum(r => r.Infer.Count),
            ["inference_stats"] = new JsonObject
            {
                ["success"] = ToJson(of.Success),
                ["fail"] = ToJson(of.Failure),
                ["queue"] = ToJson(of.Queue),
                ["compute_input"] = ToJson(of.Input),
                ["compute_infer"] = ToJson(of.Infer),
                ["compute_output"] = ToJson(of.Output),
                ["cache_hit"] = ToJson(default(TimeStatistics)),
                ["cache_miss"] = ToJson(default(TimeStatistics)),
            },
            ["batch_stats"] = new JsonArray([
                .. of.Runs.Select(r => new JsonObject
                {
                    ["batch_size"] = r.Rows,
                    ["compute_input"] = ToJson(default(TimeStatistics)), // Timed for each request, not for each run.
                    ["compute_infer"] = ToJson(r.Infer),
                    ["compute_output"] = ToJson(default(TimeStatistics)),
                }),
            ]),
        };

    private static JsonObject ToJson(TimeStatistics time) =>
        new() { ["count"] = time.Count, ["ns"] = time.Total.Ticks * TimeSpan.NanosecondsPerTick };
}
