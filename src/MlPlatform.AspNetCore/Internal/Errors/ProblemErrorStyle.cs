using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Errors of an application's own routes: problem details, as its <c>AddProblemDetails</c> has them if it has called that.</summary>
internal sealed class ProblemErrorStyle : ErrorStyle
{
    public const string ContentType = "application/problem+json";

    private ProblemErrorStyle() { }

    public static ProblemErrorStyle Instance { get; } = new();

    public override MlflowError From(Exception exception) =>
        PredictionErrors.Find(exception)
        ?? exception switch
        {
            // From the application's types, such as a number that JSON cannot hold, it is not the caller's mistake.
            ArgumentException => MlflowErrors.Failure,
            _ => MlflowErrors.From(exception),
        };

    public override async Task WriteAsync(HttpResponse response, MlflowError error)
    {
        var context = response.HttpContext;
        var problem = new ProblemDetails { Status = error.Status, Detail = error.Message };
        if (
            context.RequestServices.GetService<IProblemDetailsService>() is { } service
            && await service.TryWriteAsync(new() { HttpContext = context, ProblemDetails = problem }).ConfigureAwait(false)
        )
        {
            return;
        }

        var body = new JsonObject
        {
            ["title"] = ReasonPhrases.GetReasonPhrase(error.Status),
            ["status"] = error.Status,
            ["detail"] = error.Message,
        };
        await JsonReply.WriteAsync(response, body, ContentType).ConfigureAwait(false);
    }
}
