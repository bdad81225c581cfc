using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MlPlatform.AspNetCore;
using MlPlatform.AspNetCore.Internal;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps an application's own routes to its predictors.</summary>
public static class PredictEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps <c>POST</c> of a path to the predictor of a model: the body is a <typeparamref name="TIn"/> in JSON, the answer a
    /// <see cref="PredictionReply{TOut}"/>, errors are problem details (RFC 9457).
    /// </summary>
    /// <param name="endpoints">Where to map.</param>
    /// <param name="pattern">The route.</param>
    /// <param name="reference">The model, as <c>AddPredictor</c> was told: <c>name@alias</c> or <c>name@vN</c>.</param>
    /// <returns>Takes the conventions of any endpoint, such as rate limits, names and tags.</returns>
    /// <remarks>
    /// <para>
    /// JSON is read and written by the host's <c>ConfigureHttpJsonOptions</c>, with its source-generated contexts. A body may have
    /// <see cref="AspNetCoreOptions.MaxRequestBytes"/>, or what <c>[RequestSizeLimit]</c> in the endpoint's metadata says.
    /// </para>
    /// <para>
    /// By itself the route is one of the platform's: it asks for <see cref="MlPlatformPolicies.Read"/>, and answers callers on this machine only when the host
    /// defines no policies. <c>RequireAuthorization</c> or <c>AllowAnonymous</c>, on it or on its group, takes the place of all that.
    /// </para>
    /// <para>The headers <c>mlp-routing-key</c>, <c>mlp-segment</c> and <c>mlp-prediction-id</c> say what <see cref="PredictOptions"/> says.</para>
    /// </remarks>
    /// <exception cref="FormatException">The reference is neither form.</exception>
    /// <exception cref="InvalidOperationException">There is no such predictor, no JSON contract of its types, or <c>AddAspNetCore</c> was not called.</exception>
    public static IEndpointConventionBuilder MapPredict<TIn, TOut>(
        this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string pattern,
        string reference
    )
        where TIn : notnull
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var model = ModelReference.Parse(reference);
        var access = AccessControl.Of(endpoints.ServiceProvider);
        var handler = PredictEndpoint<TIn, TOut>.Create(endpoints.ServiceProvider, model);
        var endpoint = endpoints.MapMethods(pattern, [HttpMethods.Post], (RequestDelegate)handler.HandleAsync);
        endpoint.WithMetadata(ProblemErrorStyle.Instance);
        endpoint.WithMetadata(PredictDescription.Of<TIn, TOut>(model));
        access.ProtectUnlessSaid(endpoint);
        return endpoint;
    }
}
