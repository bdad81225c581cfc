using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Errors with MLflow's codes, in MLflow's body.</summary>
internal sealed class MlflowErrorStyle : ErrorStyle
{
    private MlflowErrorStyle() { }

    public static MlflowErrorStyle Instance { get; } = new();

    public override MlflowError From(Exception exception) => MlflowErrors.From(exception);

    public override Task WriteAsync(HttpResponse response, MlflowError error) =>
        JsonReply.WriteAsync(response, new JsonObject { ["error_code"] = error.Code, ["message"] = error.Message });
}
