using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Takes what no route takes: another method of a known path is 405, anything else 404, both with the body of the protocol in question.</summary>
internal sealed class UnknownEndpoints(EndpointDataSource endpoints, IInferenceServer? inference = null) : IPlatformEndpoints
{
    private Known? known;

    public void Map(PlatformRoutes routes)
    {
        routes.MapBelowRoots([], "{**rest}", Access.Read, Answer);
        routes.Map([], "/api/mlp/{**rest}", Access.Read, Answer);
        routes.Map([], "/health", Access.Read, Answer);
        routes.Map([], "/version", Access.Read, Answer);
        routes.Map([], "/v1/traces", Access.Read, Answer);
        if (inference is not null)
        {
            routes.WithErrors(InferenceErrorStyle.Instance).Map([], "/v2/{**rest}", Access.Read, Answer);
        }
    }

    private Task Answer(HttpContext context)
    {
        var request = context.Request;
        var allowed = Routes()
            .Where(r => r.Matcher.TryMatch(request.Path, []))
            .SelectMany(r => r.Methods)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (allowed.Count == 0)
        {
            throw new MlflowException(
                new(StatusCodes.Status404NotFound, "ENDPOINT_NOT_FOUND", $"No API is found at {request.Method} {request.Path}.")
            );
        }

        var methods = string.Join(", ", allowed);
        context.Response.Headers.Allow = methods;
        throw new MlflowException(
            new(StatusCodes.Status405MethodNotAllowed, "BAD_REQUEST", $"{request.Path} takes {methods}, not {request.Method}.")
        );
    }

    /// <summary>The routes that say which methods they take. Read when first needed, since more may be mapped until the server starts.</summary>
    private IReadOnlyList<KnownRoute> Routes()
    {
        var all = endpoints.Endpoints;
        var present = known;
        if (present is null || !ReferenceEquals(present.Source, all))
        {
            known = present = new(all, [.. all.OfType<RouteEndpoint>().Select(Describe).OfType<KnownRoute>()]);
        }

        return present.Routes;
    }

    private static KnownRoute? Describe(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<EndpointAccess>() is not null
        && endpoint.Metadata.GetMetadata<ErrorStyle>() is not GrpcErrorStyle
        && endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is { } methods
            ? new(new(new(endpoint.RoutePattern), []), methods.HttpMethods)
            : null;

    private sealed record KnownRoute(TemplateMatcher Matcher, IReadOnlyList<string> Methods);

    private sealed record Known(IReadOnlyList<Endpoint> Source, IReadOnlyList<KnownRoute> Routes);
}
