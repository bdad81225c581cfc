using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MlPlatform.Core;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Errors as clients of the inference protocol read them: a status, and one text.</summary>
internal sealed class InferenceErrorStyle : ErrorStyle
{
    private InferenceErrorStyle() { }

    public static InferenceErrorStyle Instance { get; } = new();

    public override MlflowError From(Exception exception) =>
        exception is AssetNotFoundException
            ? new(StatusCodes.Status404NotFound, string.Empty, exception.Message)
            : PredictionErrors.Find(exception) ?? MlflowErrors.From(exception);

    public override Task WriteAsync(HttpResponse response, MlflowError error) =>
        JsonReply.WriteAsync(response, new JsonObject { ["error"] = error.Message });
}
