using Azure;
using MlPlatform.Core;

namespace MlPlatform.Storage.AzureBlobs.Internal;

/// <summary>What the service or the network said, in the platform's words.</summary>
internal sealed class BlobErrors(Uri container)
{
    private readonly string place = container.GetLeftPart(UriPartial.Path); // Without a shared access signature.

    public static bool IsMissing(RequestFailedException e) => e.Status == 404 && e.ErrorCode is not "ContainerNotFound";

    /// <summary>Somebody else has made the blob, or changed it since it was looked at.</summary>
    public static bool IsConflict(RequestFailedException e) => e.Status is 409 or 412;

    public StorageUnavailableException Unavailable(Exception e) => new(place, Reason(e), e);

    public static bool IsUnavailable(Exception e) =>
        e is RequestFailedException or AggregateException { InnerException: RequestFailedException or OperationCanceledException }
        || (e is IOException or System.Net.Sockets.SocketException or System.Net.Http.HttpRequestException);

    private static string Reason(Exception e) =>
        (e as RequestFailedException ?? e.InnerException as RequestFailedException) switch
        {
            { ErrorCode: "ContainerNotFound" } => "there is no such container; make it, or set "
                + $"{AzureBlobsOptions.Section}:{nameof(AzureBlobsOptions.CreateContainer)}",
            { Status: 401 or 403, ErrorCode: var code } =>
                $"access is denied ({code}); the identity needs to read, write, list and delete blobs there",
            { Status: > 0 and var status, ErrorCode: var code } => $"the service answered {status} ({code ?? "no code"})",
            _ => "the service cannot be reached; check the address and the network",
        };
}
