using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using static MlPlatform.AspNetCore.Internal.ServingMessages;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a description of the API says of the routes that operate serving.</summary>
internal static class ServingDescription
{
    private const string Tag = "Serving";

    /// <summary>Any route may refuse who should not call, and all need the storage or the server's state.</summary>
    private static readonly int[] Refusals =
    [
        StatusCodes.Status401Unauthorized,
        StatusCodes.Status403Forbidden,
        StatusCodes.Status503ServiceUnavailable,
    ];

    public static object[] Models { get; } = Of(() => { }, "ListServedModels", "What each reference answers with", typeof(ServedList));

    public static object[] Model { get; } =
        Of(
            (string model) => { },
            "GetServedModel",
            "What the references of a model answer with",
            typeof(ServedList),
            StatusCodes.Status400BadRequest
        );

    public static object[] List { get; } =
        Of(
            (string model, [FromQuery(Name = "max_results"), Range(1, 1000)] int? maxResults = null) => { },
            "ListRollouts",
            "The rollouts of a model, newest first",
            typeof(RolloutList),
            StatusCodes.Status400BadRequest
        );

    public static object[] Open { get; } =
        Of(
            (string model) => { },
            "GetOpenRollout",
            "The open rollout of a model",
            typeof(RolloutAnswer),
            StatusCodes.Status400BadRequest,
            StatusCodes.Status404NotFound
        );

    public static object[] Get { get; } =
        Of((string rollout) => { }, "GetRollout", "A rollout", typeof(RolloutAnswer), StatusCodes.Status404NotFound);

    public static object[] Evidence { get; } =
        Of(
            (string rollout) => { },
            "GetRolloutEvidence",
            "What a rollout is judged by: of an open one what was counted so far, of an ended one what its last verdict rests on",
            typeof(EvidenceAnswer),
            StatusCodes.Status404NotFound
        );

    public static object[] Start { get; } =
        Command((string model, [FromBody] RolloutStart body) => { }, "StartRollout", "Starts to bring a version to an alias");

    public static object[] Promote { get; } =
        Command((string rollout, [FromBody] RolloutEnd body) => { }, "PromoteRollout", "Ends an open rollout by moving the alias now");

    public static object[] RollBack { get; } =
        Command(
            (string rollout, [FromBody] RolloutEnd body) => { },
            "RollBackRollout",
            "Ends an open rollout; the candidate gets nothing any more"
        );

    public static object[] Metrics { get; } =
        RouteDescription.Of(
            () => { },
            new("ServingMetrics"),
            Tag,
            "What each model has done, as Prometheus reads it, under Triton's names",
            [RouteDescription.Answer(StatusCodes.Status200OK, typeof(string), "text/plain"), .. Refusals.Select(Error)]
        );

    private static object[] Command(Delegate signature, string name, string summary) =>
        Of(
            signature,
            name,
            summary,
            typeof(RolloutAnswer),
            StatusCodes.Status400BadRequest,
            StatusCodes.Status404NotFound,
            StatusCodes.Status408RequestTimeout,
            StatusCodes.Status409Conflict,
            StatusCodes.Status413PayloadTooLarge,
            StatusCodes.Status415UnsupportedMediaType
        );

    private static object[] Of(Delegate signature, string name, string summary, Type answer, params IEnumerable<int> errors) =>
        RouteDescription.Of(
            signature,
            new(name),
            Tag,
            summary,
            [RouteDescription.Answer(StatusCodes.Status200OK, answer), .. errors.Concat(Refusals).Select(Error)]
        );

    private static ProducesResponseTypeMetadata Error(int status) => RouteDescription.Answer(status, typeof(ServingError));
}
