using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Inside a request the authenticated caller; outside the entry assembly, as without a host. Headers are never believed.</summary>
internal sealed class HttpActorAccessor(IHttpContextAccessor contexts, IOptions<AspNetCoreOptions> options) : IActorAccessor
{
    private readonly Actor application = new(ActorKind.Service, Assembly.GetEntryAssembly()?.GetName().Name ?? "unknown");

    // Asked at every change and every counted read: a caller's claims are read once. The table is safe for the threads of one request.
    private readonly ConditionalWeakTable<ClaimsPrincipal, Actor> callers = [];

    public Actor Current =>
        contexts.HttpContext is not { } context ? application
        : context.Features.Get<IHttpAuthenticationFeature>()?.User is { } user ? callers.GetValue(user, ActorOf)
        : Actor.Anonymous; // Nobody authenticated anybody; asking the context for its user would make one.

    /// <summary>A person by name; a client that only has an id of its own, as from client credentials, is a service.</summary>
    private Actor ActorOf(ClaimsPrincipal user)
    {
        if (user.Identity?.IsAuthenticated != true)
        {
            return Actor.Anonymous;
        }

        var name = user.Identity.Name ?? user.FindFirstValue(ClaimTypes.NameIdentifier) ?? user.FindFirstValue("sub");
        var client = user.FindFirstValue("client_id") ?? user.FindFirstValue("azp");
        var (kind, id) =
            name is not null && !string.Equals(name, client, StringComparison.Ordinal)
                ? (ActorKind.Person, name)
                : (ActorKind.Service, client ?? Actor.Anonymous.Id);
        return new(kind, id, user.FindFirstValue(options.Value.TeamClaim)) { Roles = RolesOf(user) };
    }

    private static List<string> RolesOf(ClaimsPrincipal user) =>
        [.. user.Identities.SelectMany(i => i.FindAll(i.RoleClaimType)).Select(c => c.Value).Distinct(StringComparer.Ordinal)];
}
