using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a description of the API says of a route of <c>MapPredict</c>.</summary>
internal static class PredictDescription
{
    private static readonly int[] Errors =
    [
        StatusCodes.Status400BadRequest,
        StatusCodes.Status401Unauthorized,
        StatusCodes.Status403Forbidden,
        StatusCodes.Status408RequestTimeout,
        StatusCodes.Status413PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType,
        StatusCodes.Status500InternalServerError,
        StatusCodes.Status503ServiceUnavailable,
        StatusCodes.Status504GatewayTimeout,
    ];

    public static object[] Of<TIn, TOut>(ModelReference model) =>
        RouteDescription.Of(
            Signature<TIn>,
            new("Predict", WithPath: true),
            "Predictions",
            $"Predicts with {model}",
            [
                RouteDescription.Answer(StatusCodes.Status200OK, typeof(PredictionReply<TOut>)),
                .. Errors.Select(e => RouteDescription.Answer(e, typeof(ProblemDetails), ProblemErrorStyle.ContentType)),
            ]
        );

    private static void Signature<TIn>(
        [FromBody] TIn body,
        [FromHeader(Name = InferenceHeaders.RoutingKey)] string? routingKey = null,
        [FromHeader(Name = InferenceHeaders.Segment)] string? segment = null,
        [FromHeader(Name = InferenceHeaders.PredictionId)] string? predictionId = null,
        [FromHeader(Name = InferenceHeaders.Version)] string? versionHeader = null
    ) { }
}
