using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The only way that a route of the platform comes to be: guarded, with a policy, and with errors as the protocol wants them.</summary>
internal sealed class PlatformRoutes(
    IEndpointRouteBuilder endpoints,
    AccessControl access,
    RequestPipeline pipeline,
    int maximumBytes,
    ErrorStyle errors
)
{
    // Whatever part of the protocol asks, browsers and old clients may use other roots.
    private static readonly string[] Roots = ["/api/2.0/", "/ajax-api/2.0/", "/api/3.0/", "/ajax-api/3.0/"];

    /// <summary>The methods of what is only read: HEAD is GET without a body, which the server leaves out.</summary>
    public static IReadOnlyList<string> Reading { get; } = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps a call of MLflow's API, <paramref name="path"/> being what follows <c>/api/2.0/mlflow/</c>.</summary>
    public void Get(string path, Access level, MlflowHandler handler) => Call(HttpMethods.Get, path, level, handler, 0);

    /// <inheritdoc cref="Get"/>
    /// <param name="path">What follows <c>/api/2.0/mlflow/</c>.</param>
    /// <param name="level">Who may call.</param>
    /// <param name="handler">What answers.</param>
    /// <param name="atLeastBytes">A body may be so large even when the general limit is lower.</param>
    public void Post(string path, Access level, MlflowHandler handler, int atLeastBytes = 0) =>
        Call(HttpMethods.Post, path, level, handler, atLeastBytes);

    /// <inheritdoc cref="Get"/>
    public void Patch(string path, Access level, MlflowHandler handler) => Call(HttpMethods.Patch, path, level, handler, 0);

    /// <inheritdoc cref="Get"/>
    public void Delete(string path, Access level, MlflowHandler handler) => Call(HttpMethods.Delete, path, level, handler, 0);

    /// <summary>The same for routes that tell of errors in another way.</summary>
    public PlatformRoutes WithErrors(ErrorStyle style) => new(endpoints, access, pipeline, maximumBytes, style);

    /// <summary>Maps a route below every root of the API.</summary>
    public void MapBelowRoots(IReadOnlyList<string> methods, string path, Access level, RequestDelegate handler)
    {
        foreach (var root in Roots)
        {
            Map(methods, root + path, level, handler);
        }
    }

    /// <summary>Maps a route as it stands; no methods means any, and then only what no other route takes.</summary>
    public void Map(
        IReadOnlyList<string> methods,
        string pattern,
        Access level,
        RequestDelegate handler,
        params IReadOnlyList<object> metadata
    )
    {
        Task Handle(HttpContext context) => pipeline.RunAsync(context, handler);
        var endpoint =
            methods.Count > 0 ? endpoints.MapMethods(pattern, methods, Handle) : endpoints.Map(pattern, Handle).WithOrder(int.MaxValue);
        endpoint.WithMetadata([errors, .. metadata]);
        access.Protect(endpoint, level);
    }

    /// <summary>Maps the methods of a gRPC service, and with them those of its name that do not exist.</summary>
    public void MapGrpc<TService>(Func<string?, Access> levelOf, int maximumMessageBytes)
        where TService : class
    {
        var group = endpoints.MapGroup(string.Empty);
        group.MapGrpcService<TService>();

        // At last, since which method an endpoint is for is added by a convention of its own.
        ((IEndpointConventionBuilder)group).Finally(endpoint =>
        {
            var call = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
                pipeline.RunAsync(
                    context,
                    inner =>
                    {
                        InferenceBody.RaiseLimit(inner, maximumMessageBytes);
                        return call(inner);
                    }
                );
            endpoint.Metadata.Add(errors);
            access.Protect(endpoint, levelOf(endpoint.Metadata.OfType<GrpcMethodMetadata>().LastOrDefault()?.Method.Name));
        });
    }

    private void Call(string method, string path, Access level, MlflowHandler handler, int atLeastBytes)
    {
        var limit = Math.Max(maximumBytes, atLeastBytes);
        MapBelowRoots(
            [method],
            "mlflow/" + path,
            level,
            async context =>
            {
                var request = await MlflowRequestReader.ReadAsync(context, limit).ConfigureAwait(false);
                await JsonReply.WriteAsync(context.Response, await handler(request).ConfigureAwait(false)).ConfigureAwait(false);
            }
        );
    }
}
