using Microsoft.AspNetCore.Http;
using MlPlatform.Core;
using MlPlatform.Serving;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>What the ways to predict over HTTP tell of a prediction that was not made.</summary>
internal static class PredictionErrors
{
    /// <summary>Null when it is none of serving's own exceptions.</summary>
    public static MlflowError? Find(Exception exception) =>
        exception switch
        {
            // Whoever predicts stores nothing.
            DatabaseBusyException or StorageUnavailableException => Error(
                StatusCodes.Status503ServiceUnavailable,
                "The storage cannot be read at the moment. Try again."
            ),
            PredictionInputException => Error(StatusCodes.Status400BadRequest, exception.Message),
            ModelUnavailableException { IsUnloaded: true } e => Error(StatusCodes.Status503ServiceUnavailable, e.Message) with
            {
                IsExpected = true,
            },
            ModelUnavailableException e => Error(
                StatusCodes.Status503ServiceUnavailable,
                $"'{e.Reference}' cannot be loaded at present; the server's log says why."
            ),
            ModelOverloadedException e => Error(StatusCodes.Status503ServiceUnavailable, e.Message) with
            {
                RetryAfter = e.RetryAfter,
                IsExpected = true,
            },
            PredictionTimeoutException => Error(StatusCodes.Status504GatewayTimeout, exception.Message) with { IsExpected = true },
            PredictionFailedException e => Error(
                StatusCodes.Status500InternalServerError,
                $"{e.Version} failed on a valid input; the server's log says why."
            ),
            _ => null,
        };

    private static MlflowError Error(int status, string message) => new(status, string.Empty, message);
}
