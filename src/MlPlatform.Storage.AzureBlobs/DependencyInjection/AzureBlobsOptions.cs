using Azure.Core;

namespace MlPlatform.Storage.AzureBlobs;

/// <summary>Options of the artifact store on Azure Blob Storage; configuration section <c>MlPlatform:Storage:AzureBlobs</c>.</summary>
public sealed class AzureBlobsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MlPlatform:Storage:AzureBlobs";

    /// <summary>
    /// A storage account's connection string, or the address of its blob service (<c>https://ACCOUNT.blob.core.windows.net</c>), which needs
    /// <see cref="Credential"/> or a shared access signature. Null, the default, takes <c>ConnectionStrings:MlPlatformArtifacts</c>. A secret: it is never
    /// logged.
    /// </summary>
    public string? Connection { get; set; }

    /// <summary>How to sign in when <see cref="Connection"/> is an address: a managed identity for example. Set in code. Default: none.</summary>
    public TokenCredential? Credential { get; set; }

    /// <summary>The container. Default: <c>mlplatform</c>. 3 to 63 lower-case letters, digits and single hyphens between them.</summary>
    public string Container { get; set; } = "mlplatform";

    /// <summary>Whether the container is made when it is missing, which needs the right to do so. Default: true.</summary>
    public bool CreateContainer { get; set; } = true;

    /// <summary>Artifacts go up, and are read, in blocks of so many bytes. Smaller ones go in one request. Default: 4 MiB. Range: 64 KiB to 100 MiB.</summary>
    public int BlockSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>So many blocks of an artifact go up at once. Default: 4. Range: 1 to 64.</summary>
    public int ParallelBlocks { get; set; } = 4;

    /// <summary>How often a request is sent again after a lost connection or an answer of 408, 429, 500, 502, 503 or 504. Default: 4. Range: 0 to 20.</summary>
    public int MaxRetries { get; set; } = 4;

    /// <summary>The first wait between two tries; each next one is about twice as long. Default: 500 ms. Range: 1 ms to 1 min.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a single try may take without progress. Default: 100 s. Range: 1 s to 1 hour.</summary>
    public TimeSpan NetworkTimeout { get; set; } = TimeSpan.FromSeconds(100);
}
