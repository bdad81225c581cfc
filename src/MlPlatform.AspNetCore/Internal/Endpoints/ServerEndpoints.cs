using System.Text.Json.Nodes;
using Dapper;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a client asks a server about itself.</summary>
internal sealed class ServerEndpoints(IMetadataDatabase database, ILogger<ServerEndpoints> logger) : IPlatformEndpoints
{
    /// <summary>The level of MLflow's protocol that is spoken; clients choose calls by it.</summary>
    private const string ProtocolVersion = "3.5.0";

    public void Map(PlatformRoutes routes)
    {
        routes.Map([HttpMethods.Get], "/health", Access.Probe, HealthAsync);
        routes.Map([HttpMethods.Get], "/version", Access.Read, context => WriteAsync(context, ProtocolVersion));
        routes.Get(
            "server-info",
            Access.Read,
            _ => Task.FromResult(new JsonObject { ["store_type"] = "SqlStore", ["workspaces_enabled"] = false })
        );
    }

    private async Task HealthAsync(HttpContext context)
    {
        try
        {
            await database.ReadAsync(c => c.ExecuteScalarAsync<int>("SELECT 1"), context.RequestAborted).ConfigureAwait(false);
            await WriteAsync(context, "OK").ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && !context.Response.HasStarted)
        {
            Log.Unhealthy(logger, e);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await WriteAsync(context, "The database cannot be used.").ConfigureAwait(false);
        }
    }

    private static Task WriteAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
