using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Puts the host's policies on endpoints; without any, only callers on this machine are let in.</summary>
internal sealed class AccessControl
{
    private static readonly string[] All = [MlPlatformPolicies.Read, MlPlatformPolicies.Write, MlPlatformPolicies.Admin];

    public AccessControl(ILogger<AccessControl> logger, IAuthorizationPolicyProvider? policies = null)
    {
        var missing = All.Where(name => !IsDefined(policies, name)).ToList();
        LocalOnly = missing.Count == All.Length;
        if (LocalOnly)
        {
            Log.LocalOnly(logger, string.Join(", ", All));
        }
        else if (missing.Count > 0)
        {
            throw new MlPlatformException(
                $"Authorization policies {string.Join(", ", missing)} are not defined, but others of the platform are. Define all of "
                    + $"{string.Join(", ", All)} in AddAuthorization, so that no route is open by accident."
            );
        }
    }

    /// <summary>No policy is defined.</summary>
    public bool LocalOnly { get; }

    public void Protect(IEndpointConventionBuilder endpoint, Access level) => endpoint.Add(e => Protect(e, level));

    public void Protect(EndpointBuilder endpoint, Access level)
    {
        endpoint.Metadata.Add(new EndpointAccess(level));
        if (LocalOnly)
        {
            return; // The guard does it.
        }

        if (level == Access.Probe)
        {
            endpoint.Metadata.Add(new AllowAnonymousAttribute());
        }
        else
        {
            endpoint.Metadata.Add(new AuthorizeAttribute(PolicyOf(level)));
        }
    }

    /// <summary>The same for a route of the application, with the policy for reading unless the application says who may call, on it or on its group.</summary>
    public void ProtectUnlessSaid(IEndpointConventionBuilder endpoint) =>
        endpoint.Finally(built =>
        {
            if (built.Metadata.Any(m => m is IAuthorizeData or IAllowAnonymous or AuthorizationPolicy or IAuthorizationRequirementData))
            {
                built.Metadata.Add(new EndpointAccess(Access.Application));
                return;
            }

            Protect(built, Access.Read);
        });

    /// <exception cref="InvalidOperationException"><c>AddAspNetCore</c> was not called.</exception>
    public static AccessControl Of(IServiceProvider services) =>
        services.GetService<AccessControl>()
        ?? throw new InvalidOperationException(
            "The platform's routes are not registered: call AddAspNetCore on the builder of AddMlPlatform."
        );

    public static string PolicyOf(Access level) =>
        level switch
        {
            Access.Read => MlPlatformPolicies.Read,
            Access.Write => MlPlatformPolicies.Write,
            _ => MlPlatformPolicies.Admin,
        };

    // Routes are mapped by synchronous code, and the provider of a host that reads policies from elsewhere is asked once, at start.
    private static bool IsDefined(IAuthorizationPolicyProvider? policies, string name) =>
        policies?.GetPolicyAsync(name).GetAwaiter().GetResult() is not null;
}
