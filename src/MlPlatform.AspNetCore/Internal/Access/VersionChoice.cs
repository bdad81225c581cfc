using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Lets a request say which version is to answer, if the host lets its caller.</summary>
internal static class VersionChoice
{
    /// <exception cref="MlflowException">The caller may not choose, or what was chosen is no version.</exception>
    public static ValueTask<PredictOptions> CompleteAsync(HttpContext context, PredictOptions said) =>
        context.Request.Headers.ContainsKey(InferenceHeaders.Version) ? ReadAsync(context, said) : new(said);

    private static async ValueTask<PredictOptions> ReadAsync(HttpContext context, PredictOptions said)
    {
        var services = context.RequestServices;
        var policy = services.GetService<IAuthorizationPolicyProvider>() is { } policies
            ? await policies.GetPolicyAsync(MlPlatformPolicies.ChooseVersion).ConfigureAwait(false)
            : null;
        if (policy is null || services.GetService<IPolicyEvaluator>() is not { } evaluator)
        {
            throw Denied("which this server does not define");
        }

        var caller = await evaluator.AuthenticateAsync(policy, context).ConfigureAwait(false);
        var answer = await evaluator.AuthorizeAsync(policy, caller, context, context).ConfigureAwait(false);
        return answer.Succeeded
            ? said with
            {
                Target = InferenceHeaders.ReadTarget(context.Request),
            }
            : throw Denied("which you do not meet");
    }

    private static MlflowException Denied(string why) =>
        MlflowException.PermissionDenied(
            $"The header {InferenceHeaders.Version} asks for the policy {MlPlatformPolicies.ChooseVersion}, {why}."
        );
}
