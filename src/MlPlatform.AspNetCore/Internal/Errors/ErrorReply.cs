using System.Globalization;
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
        if (error.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            var seconds = Math.Max(1, (long)Math.Ceiling(error.RetryAfter.TotalSeconds));
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (error.ClosesConnection)
        {
            response.Headers.Connection = "close";
        }

        return ErrorStyle.Of(response.HttpContext).WriteAsync(response, error);
    }
}
