using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What a description of the API, such as OpenAPI's, says of a route. Metadata alone: the host brings what writes the document.</summary>
/// <remarks>
/// Parameters are those of a method that is never called. They are not told by <c>Accepts</c>, upon which routing would answer other content types itself,
/// with an empty body.
/// </remarks>
internal static class RouteDescription
{
    public const string Json = "application/json";

    public static object[] Of(
        Delegate signature,
        OperationName name,
        string tag,
        string summary,
        params IReadOnlyList<ProducesResponseTypeMetadata> answers
    ) =>
        [
            signature.Method, // Without a method in its metadata, a route is not described at all.
            .. signature.Method.GetParameters().Select(p => new ParameterDescription(p)),
            name,
            new TagsAttribute(tag),
            new EndpointSummaryAttribute(summary),
            .. answers,
        ];

    /// <summary>An answer; JSON unless it says otherwise.</summary>
    public static ProducesResponseTypeMetadata Answer(int status, Type? body = null, params string[] contentTypes) =>
        new(status, body, body is null || contentTypes.Length > 0 ? contentTypes : [Json]);
}
