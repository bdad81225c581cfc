using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace MlPlatform.Storage.AzureBlobs.Internal;

/// <summary>Takes the connection from where hosts keep such things, unless one was given.</summary>
internal sealed class ConnectionFromConfiguration(IConfiguration? configuration = null) : IPostConfigureOptions<AzureBlobsOptions>
{
    public void PostConfigure(string? name, AzureBlobsOptions options) =>
        options.Connection ??= configuration?.GetConnectionString(BlobContainers.ConnectionName);
}
