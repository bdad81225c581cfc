using Microsoft.AspNetCore.Http;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What models have done, for Prometheus. Below the platform's own path, since <c>/metrics</c> is the host's.</summary>
internal sealed class ServingMetricsEndpoints(IInferenceServer? server = null) : IPlatformEndpoints
{
    public void Map(PlatformRoutes routes)
    {
        if (server is null)
        {
            return;
        }

        routes.Map(
            [HttpMethods.Get],
            "/api/mlp/v1/serving/metrics",
            Access.Read,
            context =>
            {
                context.Response.ContentType = TritonMetrics.ContentType;
                context.Response.Headers.XContentTypeOptions = "nosniff";
                context.Response.Headers.CacheControl = "no-store";
                return context.Response.WriteAsync(TritonMetrics.Write(server.ListStatistics()), context.RequestAborted);
            },
            ServingDescription.Metrics
        );
    }
}
