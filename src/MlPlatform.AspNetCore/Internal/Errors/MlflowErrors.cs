using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Exceptions as answers. A caller's mistake is never 5xx, since clients repeat those for minutes; what is ours tells nothing of the inside.</summary>
internal static class MlflowErrors
{
    private const string InvalidParameter = "INVALID_PARAMETER_VALUE";

    public static MlflowError From(Exception exception) =>
        exception switch
        {
            MlflowException e => e.Error,
            AssetNotFoundException e => new(StatusCodes.Status404NotFound, "RESOURCE_DOES_NOT_EXIST", AssetWords.NotFound(e)),
            AssetExistsException e => new(StatusCodes.Status400BadRequest, "RESOURCE_ALREADY_EXISTS", AssetWords.Exists(e)),
            AssetDeletedException e => new(StatusCodes.Status400BadRequest, InvalidParameter, AssetWords.Deleted(e)),
            PromotionRefusedException => new(StatusCodes.Status403Forbidden, "PERMISSION_DENIED", exception.Message),
            ConcurrencyConflictException or RolloutConflictException => new(
                StatusCodes.Status409Conflict,
                "RESOURCE_CONFLICT",
                exception.Message
            ),
            ArtifactPathConflictException
            or ParamConflictException
            or LoggedModelParamConflictException
            or InvalidSearchException
            or InvalidModelPackageException => new(StatusCodes.Status400BadRequest, InvalidParameter, exception.Message),
            ArgumentException e => new(StatusCodes.Status400BadRequest, InvalidParameter, WithoutParameter(e)),
            BadHttpRequestException e => new(e.StatusCode, CodeOf(e.StatusCode), e.Message),
            DatabaseBusyException or StorageUnavailableException => new(
                StatusCodes.Status503ServiceUnavailable,
                "TEMPORARILY_UNAVAILABLE",
                "The storage cannot be used at the moment; nothing of this request was stored. Try again."
            ),
            _ => Failure,
        };

    public static MlflowError Failure =>
        new(
            StatusCodes.Status500InternalServerError,
            "INTERNAL_ERROR",
            $"The server failed; its log says why.{(Activity.Current is { } a ? $" Trace {a.TraceId}." : string.Empty)}"
        );

    private static string CodeOf(int status) =>
        status switch
        {
            StatusCodes.Status401Unauthorized => "UNAUTHENTICATED",
            StatusCodes.Status403Forbidden => "PERMISSION_DENIED",
            StatusCodes.Status404NotFound => "NOT_FOUND",
            StatusCodes.Status408RequestTimeout => "DEADLINE_EXCEEDED",
            StatusCodes.Status413PayloadTooLarge => InvalidParameter,
            StatusCodes.Status429TooManyRequests => "REQUEST_LIMIT_EXCEEDED",
            _ => "BAD_REQUEST",
        };

    /// <summary>The framework adds the name of the method's parameter, which means nothing to a caller over the wire.</summary>
    private static string WithoutParameter(ArgumentException exception)
    {
        var added = exception.ParamName is null
            ? -1
            : exception.Message.IndexOf($" (Parameter '{exception.ParamName}')", StringComparison.Ordinal);
        return added < 0 ? exception.Message : exception.Message[..added];
    }
}
