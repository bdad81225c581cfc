using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Denies as the framework does, and gives the platform's routes the protocol's body with it.</summary>
internal sealed class DenialHandler : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler framework = new();

    public async Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult
    )
    {
        await framework.HandleAsync(next, context, policy, authorizeResult).ConfigureAwait(false);
        if (
            authorizeResult.Succeeded
            || context.Response.HasStarted
            || context.GetEndpoint()?.Metadata.GetMetadata<EndpointAccess>() is not { } access
        )
        {
            return;
        }

        MlflowError? error = context.Response.StatusCode switch
        {
            StatusCodes.Status401Unauthorized => new(
                StatusCodes.Status401Unauthorized,
                "UNAUTHENTICATED",
                "Say who you are: this server wants to know."
            ),
            StatusCodes.Status403Forbidden => new(
                StatusCodes.Status403Forbidden,
                "PERMISSION_DENIED",
                access.Level == Access.Application
                    ? "You lack a permission that this route asks for."
                    : $"You lack a permission that this route asks for ({AccessControl.PolicyOf(access.Level)})."
            ),
            _ => null, // A scheme of the host's own that redirects, for example.
        };
        if (error is not null)
        {
            await ErrorReply.WriteAsync(context.Response, error).ConfigureAwait(false);
        }
    }
}
