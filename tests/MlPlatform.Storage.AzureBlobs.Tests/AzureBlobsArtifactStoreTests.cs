using MlPlatform.Conformance;
using MlPlatform.Core;

namespace MlPlatform.Storage.AzureBlobs.Tests;

public sealed class AzureBlobsArtifactStoreTests : ArtifactStoreConformanceTests, IAsyncLifetime
{
    private readonly BlobStores stores = new();

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(TestAzureBlobs.SkipReason is not null, TestAzureBlobs.SkipReason ?? string.Empty);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => TestAzureBlobs.SkipReason is null ? stores.DisposeAsync() : ValueTask.CompletedTask;

    // Small blocks, so that the suite's contents go up in several.
    protected override Task<IArtifactStore> CreateAsync(TimeProvider work) =>
        Task.FromResult(stores.Create(work, o => o.BlockSize = 64 * 1024));

    protected override async Task<bool> CorruptAsync(IArtifactStore store, ArtifactDigest digest)
    {
        var blob = stores.Container.GetBlobClient($"sha256/{digest.Hex[..2]}/{digest.Hex}");
        var bytes = (await blob.DownloadContentAsync()).Value.Content.ToArray();
        bytes[bytes.Length / 2] ^= 1;
        await blob.UploadAsync(new BinaryData(bytes), overwrite: true);
        return true;
    }
}
