using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Writes an error in the one form that clients of the protocol read.</summary>
internal static class ErrorReply
{
    public static Task WriteAsync(HttpResponse response, MlflowError error)
    {
        var (allow, challenge) = (response.Headers.Allow, response.Headers.WWWAuthenticate);
        response.Clear();
        (response.Headers.Allow, response.Headers.WWWAuthenticate) = (allow, challenge);
        response.StatusCode = error.Status;
        if (error.Status == StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = "1";
        }

        return JsonReply.WriteAsync(response, new JsonObject { ["error_code"] = error.Code, ["message"] = error.Message });
    }
}
