using System.Diagnostics.Metrics;

namespace MlPlatform.Storage.AzureBlobs;

/// <summary>Names of the provider's metrics.</summary>
public static class AzureBlobsDiagnostics
{
    /// <summary>The name of the <see cref="Meter"/>. The client library has activity sources of its own, named <c>Azure.Storage.Blobs.*</c>.</summary>
    public const string Name = "MlPlatform.Storage.AzureBlobs";

    internal static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> BytesUploaded = Meter.CreateCounter<long>(
        "mlplatform.azure_blobs.uploaded",
        "By",
        "Bytes of artifacts that were uploaded; those that the container had already are not."
    );
}
