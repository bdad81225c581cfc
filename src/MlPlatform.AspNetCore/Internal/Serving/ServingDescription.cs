using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using static MlPlatform.AspNetCore.Internal.ServingMessages;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a description of the API says of the routes that operate serving.</summary>
internal static class ServingDescription
{
    private const string Tag = "Serving";

    public static object[] Models { get; } = Of(() => { }, "What each reference answers with", typeof(ServedList));

    public static object[] Model { get; } = Of((string model) => { }, "What the references of a model answer with", typeof(ServedList));

    public static object[] List { get; } =
        Of(
            (string model, [FromQuery(Name = "max_results")] int? maxResults = null) => { },
            "The rollouts of a model, newest first",
            typeof(RolloutList),
            StatusCodes.Status400BadRequest
        );

    public static object[] Open { get; } =
        Of((string model) => { }, "The open rollout of a model", typeof(RolloutAnswer), StatusCodes.Status404NotFound);

    public static object[] Get { get; } = Of((string rollout) => { }, "A rollout", typeof(RolloutAnswer), StatusCodes.Status404NotFound);

    public static object[] Start { get; } =
        Command((string model, [FromBody] RolloutStart body) => { }, "Starts to bring a version to an alias");

    public static object[] Promote { get; } =
        Command((string rollout, [FromBody] RolloutEnd body) => { }, "Ends an open rollout by moving the alias now");

    public static object[] RollBack { get; } =
        Command((string rollout, [FromBody] RolloutEnd body) => { }, "Ends an open rollout; the candidate gets nothing any more");

    public static object[] Metrics { get; } =
        RouteDescription.Of(
            () => { },
            Tag,
            "What each model has done, as Prometheus reads it, under Triton's names",
            [
                RouteDescription.Answer(StatusCodes.Status200OK, typeof(string), "text/plain"),
                RouteDescription.Answer(StatusCodes.Status403Forbidden, typeof(ServingError)),
            ]
        );

    private static object[] Command(Delegate signature, string summary) =>
        Of(
            signature,
            summary,
            typeof(RolloutAnswer),
            StatusCodes.Status400BadRequest,
            StatusCodes.Status404NotFound,
            StatusCodes.Status409Conflict,
            StatusCodes.Status413PayloadTooLarge,
            StatusCodes.Status415UnsupportedMediaType
        );

    /// <summary>Any route may refuse who should not call, and all need the storage or the server's state.</summary>
    private static object[] Of(Delegate signature, string summary, Type answer, params IEnumerable<int> errors) =>
        RouteDescription.Of(
            signature,
            Tag,
            summary,
            [
                RouteDescription.Answer(StatusCodes.Status200OK, answer),
                .. errors
                    .Append(StatusCodes.Status403Forbidden)
                    .Append(StatusCodes.Status503ServiceUnavailable)
                    .Select(s => RouteDescription.Answer(s, typeof(ServingError))),
            ]
        );
}
