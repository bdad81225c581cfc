using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Refuses requests that come from where nobody should call: foreign names, foreign pages and, without policies, foreign machines.</summary>
internal sealed class RequestGuard(AccessControl access, IOptions<AspNetCoreOptions> options)
{
    private static readonly string[] SignsOfAProxy = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host"];

    private readonly HostList hosts = options.Value.AllowedHosts.Count == 0 ? HostList.Loopback : new(options.Value.AllowedHosts);
    private readonly OriginList origins = new(options.Value.AllowedOrigins);

    /// <exception cref="MlflowException">The request is refused.</exception>
    public void Check(HttpContext context)
    {
        var request = context.Request;
        if (!hosts.Allows(request.Host))
        {
            throw MlflowException.PermissionDenied(
                $"Host '{request.Host.Host}' is not a name of this server. Add it to {AspNetCoreOptions.Section}:{nameof(AspNetCoreOptions.AllowedHosts)}."
            );
        }

        if (access.LocalOnly && !IsLocal(context))
        {
            throw MlflowException.PermissionDenied(
                $"Without authorization this server answers callers on its own machine only. Define the policies {MlPlatformPolicies.Read}, "
                    + $"{MlPlatformPolicies.Write} and {MlPlatformPolicies.Admin} to open it."
            );
        }

        var origin = request.Headers.Origin;
        if (origin.Count > 1 || (origin.Count == 1 && !origins.Allows(origin[0] ?? string.Empty, request)))
        {
            throw MlflowException.PermissionDenied(
                $"Pages of '{origin}' may not call this server. Add it to {AspNetCoreOptions.Section}:{nameof(AspNetCoreOptions.AllowedOrigins)}."
            );
        }
    }

    /// <summary>Whether the caller is on this machine. What a proxy on this machine passes on is not.</summary>
    private static bool IsLocal(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address
        && IPAddress.IsLoopback(address)
        && HostList.Loopback.Allows(context.Request.Host)
        && !IsPassedOn(context.Request.Headers);

    private static bool IsPassedOn(IHeaderDictionary headers)
    {
        foreach (var sign in SignsOfAProxy)
        {
            if (headers.ContainsKey(sign))
            {
                return true;
            }
        }

        return false;
    }
}
