using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Errors of the inference protocol as gRPC tells of them.</summary>
internal static class GrpcStatus
{
    public const string Pushback = "grpc-retry-pushback-ms";

    public static RpcException From(Exception exception) =>
        exception switch
        {
            RpcException e => e,
            ModelOverloadedException e => Refuse(StatusCode.ResourceExhausted, e.Message, e.RetryAfter),
            _ => From(InferenceErrorStyle.Instance.From(exception)),
        };

    public static StatusCode CodeOf(int status) =>
        status switch
        {
            StatusCodes.Status401Unauthorized => StatusCode.Unauthenticated,
            StatusCodes.Status403Forbidden => StatusCode.PermissionDenied,
            StatusCodes.Status404NotFound => StatusCode.NotFound,
            StatusCodes.Status409Conflict => StatusCode.Aborted,
            StatusCodes.Status413PayloadTooLarge or StatusCodes.Status429TooManyRequests => StatusCode.ResourceExhausted,
            StatusCodes.Status501NotImplemented => StatusCode.Unimplemented,
            StatusCodes.Status503ServiceUnavailable => StatusCode.Unavailable,
            StatusCodes.Status504GatewayTimeout => StatusCode.DeadlineExceeded,
            >= StatusCodes.Status400BadRequest and < StatusCodes.Status500InternalServerError => StatusCode.InvalidArgument,
            _ => StatusCode.Internal,
        };

    private static RpcException From(MlflowError error)
    {
        var code = CodeOf(error.Status);
        return Refuse(
            code,
            error.Message,
            error.RetryAfter > TimeSpan.Zero ? error.RetryAfter
                : code == StatusCode.Unavailable ? TimeSpan.FromSeconds(1)
                : null
        );
    }

    private static RpcException Refuse(StatusCode code, string message, TimeSpan? retryAfter)
    {
        var trailers = new Metadata();
        if (retryAfter is { } wait)
        {
            var milliseconds = (long)Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 1, int.MaxValue);
            trailers.Add(Pushback, milliseconds.ToString(CultureInfo.InvariantCulture));
        }

        return new(new(code, message), trailers);
    }
}
