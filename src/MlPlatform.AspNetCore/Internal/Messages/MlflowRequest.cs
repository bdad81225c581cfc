using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>A request's message, from the query of a GET or the JSON body of anything else, and what else a handler needs.</summary>
internal sealed class MlflowRequest(HttpContext context, JsonElement fields, bool isQuery) : MlflowMessage(fields, isQuery: isQuery)
{
    public CancellationToken CancellationToken => context.RequestAborted;

    /// <summary>A parameter of the route; it is there, or the route would not match.</summary>
    public string RouteValue(string name) => (string)context.GetRouteValue(name)!;

    /// <summary>The run that the message is about. Clients send its id as <c>run_id</c>, as <c>run_uuid</c>, or as both.</summary>
    /// <exception cref="AssetNotFoundException">The id is not one that this server gives.</exception>
    public RunId RequiredRunId()
    {
        var (id, uuid) = (OptionalString("run_id"), OptionalString("run_uuid"));
        if (id is { Length: > 0 } && uuid is { Length: > 0 } && !string.Equals(id, uuid, StringComparison.Ordinal))
        {
            throw MlflowException.InvalidParameter($"Parameters 'run_id' ('{id}') and 'run_uuid' ('{uuid}') differ. Send one of them.");
        }

        var text = id is { Length: > 0 } ? id : RequiredRun(uuid);
        return RunIds.Parse(text);
    }

    private string RequiredRun(string? uuid) => uuid is { Length: > 0 } ? uuid : throw Missing("run_id");
}
