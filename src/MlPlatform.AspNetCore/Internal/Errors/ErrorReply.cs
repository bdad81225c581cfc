using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Writes an error in the form that clients of the route read.</summary>
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

        return ErrorStyle.Of(response.HttpContext).WriteAsync(response, error);
    }
}
