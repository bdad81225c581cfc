using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using static MlPlatform.AspNetCore.Internal.InferenceSchemas;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a description of the API says of the protocol's routes. Operations have the names of the protocol's methods over gRPC.</summary>
internal static class InferenceDescription
{
    private const string Tag = "Open Inference Protocol";
    private const string Bytes = "application/octet-stream";

    /// <summary>What may go wrong with any body.</summary>
    private static readonly int[] OfBodies =
    [
        StatusCodes.Status400BadRequest,
        StatusCodes.Status408RequestTimeout,
        StatusCodes.Status413PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType,
    ];

    public static object[] Server { get; } = Probe("ServerMetadata", "Name, version and extensions of the server", typeof(ServerMetadata));

    public static object[] Live { get; } = Probe("ServerLive", "Whether the server lives", typeof(ServerLive));

    public static object[] Ready { get; } =
    [
        .. Probe("ServerReady", "Whether the server should be sent requests", typeof(ServerReady)),
        RouteDescription.Answer(StatusCodes.Status503ServiceUnavailable, typeof(ServerReady)),
    ];

    public static object[] Index { get; } =
        Of(
            ([FromBody] RepositoryQuestion body = null!) => { },
            "RepositoryIndex",
            "The models that are open or were unloaded",
            RouteDescription.Answer(StatusCodes.Status200OK, typeof(IReadOnlyList<RepositoryModel>)),
            [.. OfBodies, StatusCodes.Status404NotFound]
        );

    public static object[] Load { get; } = Command("RepositoryModelLoad", "Opens a model");

    public static object[] Unload { get; } = Command("RepositoryModelUnload", "Takes a model out of use until it is loaded again");

    public static object[] Statistics { get; } =
        Of(
            () => { },
            "ServerStatistics",
            "What each model has done",
            RouteDescription.Answer(StatusCodes.Status200OK, typeof(StatisticsAnswer)),
            []
        );

    public static object[] Model(bool withVersion) =>
        OfModel(withVersion, "Metadata", "Inputs and outputs of a model", typeof(ModelMetadata));

    public static object[] ModelReady(bool withVersion) =>
        [
            .. Of(
                Target(withVersion),
                NameOf(withVersion, "Ready"),
                "Whether a model answers",
                RouteDescription.Answer(StatusCodes.Status200OK, typeof(ModelReady)),
                [StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound]
            ),
            RouteDescription.Answer(StatusCodes.Status503ServiceUnavailable, typeof(ModelReady)),
        ];

    public static object[] ModelConfig(bool withVersion) =>
        OfModel(withVersion, "Config", "The configuration of a model", typeof(ModelConfiguration));

    public static object[] ModelStatistics(bool withVersion) =>
        OfModel(withVersion, "Statistics", "What a model has done", typeof(StatisticsAnswer));

    public static object[] Infer(bool withVersion) =>
        [
            .. Of(
                withVersion ? InferVersion : InferModel,
                NameOf(withVersion, "Infer"),
                "Predicts. Tensors may also come and go as bytes behind the JSON, as the header Inference-Header-Content-Length says",
                RouteDescription.Answer(StatusCodes.Status200OK, typeof(InferenceAnswer), RouteDescription.Json, Bytes),
                [
                    .. OfBodies,
                    StatusCodes.Status404NotFound,
                    StatusCodes.Status429TooManyRequests,
                    StatusCodes.Status500InternalServerError,
                    StatusCodes.Status504GatewayTimeout,
                ]
            ),
            new RequestFormats(RouteDescription.Json, Bytes),
        ];

    private static object[] Command(string name, string summary) =>
        Of(
            (string model, [FromBody] RepositoryCommand body = null!) => { },
            name,
            summary,
            RouteDescription.Answer(StatusCodes.Status200OK),
            [.. OfBodies, StatusCodes.Status404NotFound]
        );

    private static Delegate Target(bool withVersion) => withVersion ? (string model, string version) => { } : (string model) => { };

    private static string NameOf(bool withVersion, string method) => (withVersion ? "ModelVersion" : "Model") + method;

    private static void InferModel(
        string model,
        [FromBody] InferenceQuestion body,
        [FromHeader(Name = InferenceHeaders.RoutingKey)] string? routingKey = null,
        [FromHeader(Name = InferenceHeaders.Segment)] string? segment = null,
        [FromHeader(Name = InferenceHeaders.PredictionId)] string? predictionId = null,
        [FromHeader(Name = InferenceHeaders.Version)] string? versionHeader = null,
        [FromHeader(Name = InferenceHeaders.JsonLength), Range(0, int.MaxValue)] int? jsonLength = null
    ) { }

    private static void InferVersion(
        string model,
        string version,
        [FromBody] InferenceQuestion body,
        [FromHeader(Name = InferenceHeaders.RoutingKey)] string? routingKey = null,
        [FromHeader(Name = InferenceHeaders.Segment)] string? segment = null,
        [FromHeader(Name = InferenceHeaders.PredictionId)] string? predictionId = null,
        [FromHeader(Name = InferenceHeaders.Version)] string? versionHeader = null,
        [FromHeader(Name = InferenceHeaders.JsonLength), Range(0, int.MaxValue)] int? jsonLength = null
    ) { }

    /// <summary>Whoever asks about the server's health is asked for no name.</summary>
    private static object[] Probe(string name, string summary, Type answer) =>
        RouteDescription.Of(
            () => { },
            new(name),
            Tag,
            summary,
            [RouteDescription.Answer(StatusCodes.Status200OK, answer), Error(StatusCodes.Status403Forbidden)]
        );

    private static object[] OfModel(bool withVersion, string method, string summary, Type answer) =>
        Of(
            Target(withVersion),
            NameOf(withVersion, method),
            summary,
            RouteDescription.Answer(StatusCodes.Status200OK, answer),
            [StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound]
        );

    /// <summary>Any other route may refuse who should not call, or whoever calls while the server stops.</summary>
    private static object[] Of(
        Delegate signature,
        string name,
        string summary,
        ProducesResponseTypeMetadata answer,
        IEnumerable<int> errors
    ) =>
        RouteDescription.Of(
            signature,
            new(name),
            Tag,
            summary,
            [
                answer,
                .. errors
                    .Append(StatusCodes.Status401Unauthorized)
                    .Append(StatusCodes.Status403Forbidden)
                    .Append(StatusCodes.Status503ServiceUnavailable)
                    .Select(Error),
            ]
        );

    private static ProducesResponseTypeMetadata Error(int status) => RouteDescription.Answer(status, typeof(InferenceError));
}
