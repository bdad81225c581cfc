using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Errors as clients of the inference protocol read them: a status, and one text.</summary>
internal sealed class InferenceErrorStyle : ErrorStyle
{
    private InferenceErrorStyle() { }

    public static InferenceErrorStyle Instance { get; } = new();

    public override MlflowError From(Exception exception) =>
        exception switch
        {
            AssetNotFoundException => Error(StatusCodes.Status404NotFound, exception.Message),
            PredictionInputException => Error(StatusCodes.Status400BadRequest, exception.Message),
            ModelUnavailableException e => Error(
                StatusCodes.Status503ServiceUnavailable,
                $"'{e.Reference}' cannot be loaded at present; the server's log says why."
            ),
            PredictionFailedException e => Error(
                StatusCodes.Status500InternalServerError,
                $"{e.Version} failed on a valid input; the server's log says why."
            ),
            _ => MlflowErrors.From(exception),
        };

    public override Task WriteAsync(HttpResponse response, MlflowError error) =>
        JsonReply.WriteAsync(response, new JsonObject { ["error"] = error.Message });

    private static MlflowError Error(int status, string message) => new(status, string.Empty, message);
}
