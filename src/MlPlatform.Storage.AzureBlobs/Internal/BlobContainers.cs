using Azure.Core;
using Azure.Storage.Blobs;

namespace MlPlatform.Storage.AzureBlobs.Internal;

/// <summary>Makes the client of the container that the options name.</summary>
internal static class BlobContainers
{
    /// <summary>The name of the connection string in configuration.</summary>
    public const string ConnectionName = "MlPlatformArtifacts";

    public static BlobContainerClient Open(AzureBlobsOptions options)
    {
        var client = new BlobClientOptions
        {
            Retry =
            {
                Mode = RetryMode.Exponential,
                MaxRetries = options.MaxRetries,
                Delay = options.RetryDelay,
                MaxDelay = TimeSpan.FromSeconds(30),
                NetworkTimeout = options.NetworkTimeout,
            },
        };
        var connection = options.Connection!.Trim();
        if (!connection.StartsWith("http", StringComparison.OrdinalIgnoreCase))
        {
            return new BlobServiceClient(connection, client).GetBlobContainerClient(options.Container);
        }

        var address = new Uri(connection, UriKind.Absolute);
        var service = options.Credential is null
            ? new BlobServiceClient(address, client)
            : new BlobServiceClient(address, options.Credential, client);
        return service.GetBlobContainerClient(options.Container);
    }
}
