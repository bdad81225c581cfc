using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using MlPlatform.Serving;
using static MlPlatform.AspNetCore.Internal.InferenceSchemas;

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
        inference.Map(
            PlatformRoutes.Reading,
            "/v2/models/stats",
            Access.Read,
            context => WriteAsync(context, server.ListStatistics()),
            InferenceDescription.Statistics
        );
        foreach (var withVersion in new[] { false, true })
        {
            inference.Map(
                PlatformRoutes.Reading,
                withVersion ? "/v2/models/{model}/versions/{version}/stats" : "/v2/models/{model}/stats",
                Access.Read,
                context => WriteOfModelAsync(context, server),
                InferenceDescription.ModelStatistics(withVersion)
            );
        }
    }

    private async Task WriteOfModelAsync(HttpContext context, IInferenceServer models)
    {
        var reference = InferenceTarget.Of(context, serving.Value.DefaultAlias);
        var asked = await InferenceStatistics.ListAsync(models, reference, context.RequestAborted).ConfigureAwait(false);
        await WriteAsync(context, asked).ConfigureAwait(false);
    }

    private static Task WriteAsync(HttpContext context, IEnumerable<ModelStatistics> statistics) =>
        context.Response.WriteAsJsonAsync(
            new([.. statistics.Select(ToAnswer)]),
            InferenceSchemaJson.Default.StatisticsAnswer,
            "application/json",
            context.RequestAborted
        );

    private static VersionStatistics ToAnswer(ModelStatistics of) =>
        new(
            of.Version.Name,
            of.Version.Version.ToString(CultureInfo.InvariantCulture),
            of.LastPrediction?.ToUnixTimeMilliseconds() ?? 0,
            of.Rows,
            of.Runs.Sum(r => r.Infer.Count),
            new(
                ToAnswer(of.Success),
                ToAnswer(of.Failure),
                ToAnswer(of.Queue),
                ToAnswer(of.Input),
                ToAnswer(of.Infer),
                ToAnswer(of.Output),
                new(0, 0), // There is no cache.
                new(0, 0)
            ),
            [
                .. of.Runs.Select(r => new BatchStatistics(
                    r.Rows,
                    new(0, 0), // Timed for each request, not for each run.
                    ToAnswer(r.Infer),
                    new(0, 0)
                )),
            ]
        );

    private static StatisticDuration ToAnswer(TimeStatistics time) => new(time.Count, time.Total.Ticks * TimeSpan.NanosecondsPerTick);
}
