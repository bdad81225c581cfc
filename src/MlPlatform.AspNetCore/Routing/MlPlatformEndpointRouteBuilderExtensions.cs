using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MlPlatform.AspNetCore;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Core;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the platform's routes.</summary>
public static class MlPlatformEndpointRouteBuilderExtensions
{
    /// <summary>Maps every route of the platform.</summary>
    /// <inheritdoc cref="MapMlflow" path="/remarks"/>
    /// <inheritdoc cref="MapMlflow" path="/exception"/>
    public static IEndpointConventionBuilder MapMlPlatform(this IEndpointRouteBuilder endpoints) => endpoints.MapMlflow();

    /// <summary>Maps an MLflow server: artifacts, health, version; with model serving also the Open Inference Protocol below <c>/v2</c>.</summary>
    /// <remarks>
    /// <para>
    /// Every route carries one of <see cref="MlPlatformPolicies"/>. When the host defines none of them the routes answer callers on this machine only, and a
    /// warning says so; when it defines some of them this method throws.
    /// </para>
    /// <para>Conventions of the result apply to every route, on top of that.</para>
    /// </remarks>
    /// <exception cref="InvalidOperationException"><c>AddAspNetCore</c> was not called.</exception>
    /// <exception cref="MlPlatformException">Some policies are defined and others are not.</exception>
    public static IEndpointConventionBuilder MapMlflow(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var access = AccessControl.Of(services);
        var group = endpoints.MapGroup(string.Empty);
        var options = services.GetRequiredService<IOptions<AspNetCoreOptions>>().Value;
        var pipeline = services.GetRequiredService<RequestPipeline>();
        var routes = new PlatformRoutes(group, access, pipeline, options.MaxRequestBytes, MlflowErrorStyle.Instance);
        foreach (var part in services.GetServices<IPlatformEndpoints>())
        {
            part.Map(routes);
        }

        return group;
    }
}
