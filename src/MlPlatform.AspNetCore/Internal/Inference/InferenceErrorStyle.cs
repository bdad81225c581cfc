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
            AssetNotFoundException => new(StatusCodes.Status404NotFound, string.Empty, exception.Message),

            // All values are the caller's here; those of a typed predictor may be features. The model's failure it is all the same, for statistics and rollouts.
            PredictionFailedException { InnerException: PredictionInputException values } e => new(
                StatusCodes.Status400BadRequest,
                string.Empty,
                $"{e.Version} cannot take these values: {values.Message}"
            ),
            _ => PredictionErrors.Find(exception) ?? MlflowErrors.From(exception),
        };

    public override Task WriteAsync(HttpResponse response, MlflowError error) =>
        JsonReply.WriteAsync(response, new JsonObject { ["error"] = error.Message });
}
