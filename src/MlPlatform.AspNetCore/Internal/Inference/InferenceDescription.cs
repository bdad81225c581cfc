using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using static MlPlatform.AspNetCore.Internal.InferenceSchemas;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a description of the API says of the protocol's routes.</summary>
internal static class InferenceDescription
{
    private const string Tag = "Open Inference Protocol";

    public static object[] Server { get; } = Of(() => { }, "Name, version and extensions of the server", typeof(ServerMetadata));

    public static object[] Live { get; } = Of(() => { }, "Whether the server lives", typeof(ServerLive));

    public static object[] Ready { get; } =
    [
        .. Of(() => { }, "Whether the server should be sent requests", typeof(ServerReady)),
        RouteDescription.Answer(StatusCodes.Status503ServiceUnavailable, typeof(ServerReady)),
    ];

    public static object[] Index { get; } =
    [
        .. Of(
            ([FromBody] RepositoryQuestion? body = null) => { },
            "The models that are open or were unloaded",
            typeof(IReadOnlyList<RepositoryModel>)
        ),
        .. Errors(StatusCodes.Status400BadRequest, StatusCodes.Status413PayloadTooLarge),
    ];

    public static object[] Load { get; } = Command("Opens a model");

    public static object[] Unload { get; } = Command("Takes a model out of use until it is loaded again");

    public static object[] Model(bool withVersion) =>
        [
            .. Of(Target(withVersion), "Inputs and outputs of a model", typeof(ModelMetadata)),
            .. Errors(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable),
        ];

    public static object[] ModelReady(bool withVersion) =>
        [
            .. Of(Target(withVersion), "Whether a model answers", typeof(ModelReady)),
            RouteDescription.Answer(StatusCodes.Status503ServiceUnavailable, typeof(ModelReady)),
            .. Errors(StatusCodes.Status404NotFound),
        ];

    public static object[] ModelConfig(bool withVersion) =>
        [
            .. Of(Target(withVersion), "The configuration of a model", typeof(ModelConfiguration)),
            .. Errors(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable),
        ];

    public static object[] Statistics { get; } = Of(() => { }, "What each model has done", typeof(StatisticsAnswer));

    public static object[] ModelStatistics(bool withVersion) =>
        [
            .. Of(Target(withVersion), "What a model has done", typeof(StatisticsAnswer)),
            .. Errors(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable),
        ];

    public static object[] Infer(bool withVersion) =>
        [
            .. Of(
                withVersion ? InferVersion : InferModel,
                "Predicts. Tensors may also come and go as bytes behind the JSON, as the header Inference-Header-Content-Length says",
                typeof(InferenceAnswer)
            ),
            .. Errors(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status413PayloadTooLarge,
                StatusCodes.Status415UnsupportedMediaType,
                StatusCodes.Status429TooManyRequests,
                StatusCodes.Status500InternalServerError,
                StatusCodes.Status503ServiceUnavailable,
                StatusCodes.Status504GatewayTimeout
            ),
        ];

    private static object[] Command(string summary) =>
        [
            .. Of((string model, [FromBody] RepositoryCommand? body = null) => { }, summary, null),
            .. Errors(
                StatusCodes.Status400BadRequest,
                StatusCodes.Status404NotFound,
                StatusCodes.Status501NotImplemented,
                StatusCodes.Status503ServiceUnavailable
            ),
        ];

    private static Delegate Target(bool withVersion) => withVersion ? (string model, string version) => { } : (string model) => { };

    private static void InferModel(
        string model,
        [FromBody] InferenceQuestion body,
        [FromHeader(Name = InferenceHeaders.RoutingKey)] string? routingKey = null,
        [FromHeader(Name = InferenceHeaders.Segment)] string? segment = null,
        [FromHeader(Name = InferenceHeaders.PredictionId)] string? predictionId = null,
        [FromHeader(Name = InferenceHeaders.Version)] string? versionHeader = null,
        [FromHeader(Name = InferenceHeaders.JsonLength)] int? jsonLength = null
    ) { }

    private static void InferVersion(
        string model,
        string version,
        [FromBody] InferenceQuestion body,
        [FromHeader(Name = InferenceHeaders.RoutingKey)] string? routingKey = null,
        [FromHeader(Name = InferenceHeaders.Segment)] string? segment = null,
        [FromHeader(Name = InferenceHeaders.PredictionId)] string? predictionId = null,
        [FromHeader(Name = InferenceHeaders.Version)] string? versionHeader = null,
        [FromHeader(Name = InferenceHeaders.JsonLength)] int? jsonLength = null
    ) { }

    /// <summary>Any route may refuse who should not call.</summary>
    private static object[] Of(Delegate signature, string summary, Type? answer) =>
        RouteDescription.Of(
            signature,
            Tag,
            summary,
            [RouteDescription.Answer(StatusCodes.Status200OK, answer), .. Errors(StatusCodes.Status403Forbidden)]
        );

    private static IEnumerable<ProducesResponseTypeMetadata> Errors(params IEnumerable<int> statuses) =>
        statuses.Select(s => RouteDescription.Answer(s, typeof(InferenceError)));
}
