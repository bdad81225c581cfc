using Microsoft.AspNetCore.Http;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>A request that cannot be answered, in the words of MLflow's protocol.</summary>
internal sealed class MlflowException(MlflowError error) : Exception(error.Message)
{
    public MlflowError Error { get; } = error;

    public static MlflowException InvalidParameter(string message) =>
        new(new(StatusCodes.Status400BadRequest, "INVALID_PARAMETER_VALUE", message));

    public static MlflowException AlreadyExists(string message) =>
        new(new(StatusCodes.Status400BadRequest, "RESOURCE_ALREADY_EXISTS", message));

    public static MlflowException NotFound(string message) => new(new(StatusCodes.Status404NotFound, "RESOURCE_DOES_NOT_EXIST", message));

    public static MlflowException PermissionDenied(string message) =>
        new(new(StatusCodes.Status403Forbidden, "PERMISSION_DENIED", message));

    public static MlflowException NotImplemented(string message) =>
        new(new(StatusCodes.Status501NotImplemented, "NOT_IMPLEMENTED", message));

    public static MlflowException TooLarge(string message) =>
        new(new(StatusCodes.Status413PayloadTooLarge, "INVALID_PARAMETER_VALUE", message));
}
