using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Testing;

namespace MlPlatform.Storage.AzureBlobs.Tests;

public sealed class AzureBlobsFaultTests : IAsyncDisposable
{
    private readonly BlobStores stores = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => TestAzureBlobs.ConnectionString is null ? ValueTask.CompletedTask : stores.DisposeAsync();

    [AzureBlobsFact]
    public async Task A_large_artifact_goes_up_in_blocks_and_comes_back_with_little_memory()
    {
        var store = stores.Create(configure: o => o.BlockSize = 256 * 1024);
        var bytes = Bytes(5_000_000, 1);
        var info = await store.PutBytesAsync(bytes, Cancel);

        var blocks = (await BlockBlob(info.Digest).GetBlockListAsync(BlockListTypes.Committed, cancellationToken: Cancel)).Value;
        Assert.Equal(20, blocks.CommittedBlocks.Count());
        Assert.All(blocks.CommittedBlocks, b => Assert.True(b.SizeLong <= 256 * 1024));
        Assert.Equal(bytes, await store.ReadBytesAsync(info.Digest, cancellationToken: Cancel));
        Assert.Empty(Directory.EnumerateFiles(stores.Drafts));
    }

    [AzureBlobsFact]
    public async Task Bytes_that_are_there_are_not_sent_again()
    {
        using var proxy = new CuttingProxy(Endpoint());
        var store = stores.Create(connection: proxy.ConnectionString(TestAzureBlobs.Require()));
        var bytes = Bytes(1_000_000, 2);
        await store.PutBytesAsync(bytes, Cancel);
        var sent = proxy.BytesSent;

        await store.PutBytesAsync(bytes, Cancel);

        Assert.InRange(sent, 1_000_000, long.MaxValue);
        Assert.InRange(proxy.BytesSent - sent, 1, 10_000);
    }

    [AzureBlobsFact]
    public async Task A_connection_that_breaks_in_an_upload_costs_a_try_and_nothing_else()
    {
        using var proxy = new CuttingProxy(Endpoint());
        var store = stores.Create(connection: proxy.ConnectionString(TestAzureBlobs.Require()), configure: o => o.BlockSize = 256 * 1024);
        await store.PutBytesAsync(new byte[] { 1 }, Cancel);
        proxy.CutAfter(700_000);
        var bytes = Bytes(3_000_000, 3);

        var info = await store.PutBytesAsync(bytes, Cancel);

        Assert.Equal(1, proxy.Cuts);
        Assert.Equal(bytes, await store.ReadBytesAsync(info.Digest, cancellationToken: Cancel));
    }

    [AzureBlobsFact]
    public async Task A_connection_that_breaks_in_a_download_is_taken_up_where_it_broke()
    {
        using var proxy = new CuttingProxy(Endpoint());
        var store = stores.Create(connection: proxy.ConnectionString(TestAzureBlobs.Require()), configure: o => o.BlockSize = 256 * 1024);
        var bytes = Bytes(3_000_000, 4);
        var info = await store.PutBytesAsync(bytes, Cancel);
        proxy.CutAfter(1_000_000, received: true);

        Assert.Equal(bytes, await store.ReadBytesAsync(info.Digest, cancellationToken: Cancel));
        Assert.Equal(1, proxy.Cuts);
    }

    [AzureBlobsFact]
    public async Task A_service_that_is_away_is_named_and_used_again_when_it_is_back()
    {
        using var proxy = new CuttingProxy(Endpoint());
        var store = stores.Create(connection: proxy.ConnectionString(TestAzureBlobs.Require()), configure: o => o.MaxRetries = 1);
        var info = await store.PutBytesAsync(Bytes(1000, 5), Cancel);
        proxy.IsDown = true;

        foreach (
            var request in new Func<Task>[]
            {
                () => store.PutBytesAsync(Bytes(10, 6), Cancel),
                () => store.FindAsync(info.Digest, Cancel),
                () => store.ReadBytesAsync(info.Digest, cancellationToken: Cancel),
                () => store.DeleteAsync(info.Digest, DateTimeOffset.MaxValue, Cancel),
                async () => await store.ListAsync(Cancel).GetAsyncEnumerator(Cancel).MoveNextAsync(),
            }
        )
        {
            var thrown = await Assert.ThrowsAsync<StorageUnavailableException>(request);
            Assert.Contains("cannot be reached", thrown.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("AccountKey", thrown.ToString(), StringComparison.Ordinal);
        }

        proxy.IsDown = false;
        Assert.NotNull(await store.FindAsync(info.Digest, Cancel));
        await store.PutBytesAsync(Bytes(10, 6), Cancel);
    }

    [AzureBlobsFact]
    public async Task A_process_killed_before_or_after_the_upload_leaves_whole_artifacts_or_none()
    {
        foreach (var point in new[] { "artifact.written", "artifact.renamed" })
        {
            var faults = new FaultInjector();
            var store = stores.Create(more: s => s.AddSingleton<IFaultPoints>(faults));
            var bytes = Bytes(500_000, 7);
            faults.Arm(point);
            await Assert.ThrowsAsync<InjectedFaultException>(() => store.PutBytesAsync(bytes, Cancel));

            var found = await store.FindAsync(ArtifactDigest.Of(bytes), Cancel);
            Assert.Equal(point == "artifact.renamed", found is not null);
            await store.PutBytesAsync(bytes, Cancel);
            Assert.Equal(bytes, await store.ReadBytesAsync(ArtifactDigest.Of(bytes), cancellationToken: Cancel));
        }
    }

    [AzureBlobsFact]
    public async Task A_sweep_gives_way_to_a_store_that_comes_between_its_look_and_its_delete()
    {
        var clock = new ManualTimeProvider(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var bytes = Bytes(100, 8);
        IArtifactStore? store = null;
        var faults = new CallbackFaults();
        store = stores.Create(clock, more: s => s.AddSingleton<IFaultPoints>(faults));
        await store.PutBytesAsync(bytes, Cancel);
        var cutoff = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromHours(1));
        faults.OnTrashed = () => store.PutBytesAsync(bytes, Cancel).GetAwaiter().GetResult();

        Assert.False(await store.DeleteAsync(ArtifactDigest.Of(bytes), cutoff, Cancel));
        Assert.Equal(bytes, await store.ReadBytesAsync(ArtifactDigest.Of(bytes), cancellationToken: Cancel));
    }

    [AzureBlobsFact]
    public async Task Wrong_keys_and_missing_containers_are_said_to_be_just_that()
    {
        var wrong = TestAzureBlobs.Require().Replace("AccountKey=Eby8", "AccountKey=AAAA", StringComparison.Ordinal);
        var denied = await Assert.ThrowsAsync<StorageUnavailableException>(() =>
            stores.Create(connection: wrong).PutBytesAsync(Bytes(1, 1), Cancel)
        );
        Assert.Contains("access is denied", denied.Message, StringComparison.Ordinal);

        var missing = stores.Create(configure: o => o.CreateContainer = false);
        foreach (
            var request in new Func<Task>[]
            {
                () => missing.PutBytesAsync(Bytes(1, 1), Cancel),
                () => missing.FindAsync(ArtifactDigest.Of([1]), Cancel),
            }
        )
        {
            var thrown = await Assert.ThrowsAsync<StorageUnavailableException>(request);
            Assert.Contains("MlPlatform:Storage:AzureBlobs:CreateContainer", thrown.Message, StringComparison.Ordinal);
        }
    }

    [AzureBlobsFact]
    public async Task Drafts_of_killed_processes_are_swept()
    {
        var store = stores.Create();
        var left = Path.Combine(stores.Drafts, "left");
        await File.WriteAllTextAsync(left, "x", Cancel);
        File.SetLastWriteTimeUtc(left, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await File.WriteAllTextAsync(Path.Combine(stores.Drafts, "young"), "x", Cancel);

        Assert.Equal(1, await store.DeleteIncompleteAsync(new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero), Cancel));
        Assert.False(File.Exists(left));
    }

    [AzureBlobsFact]
    public async Task A_signed_address_reads_one_artifact_and_nothing_else()
    {
        var store = stores.Create();
        var info = await store.PutBytesAsync(Bytes(1000, 9), Cancel);
        var direct = Assert.IsAssignableFrom<IDirectDownloads>(store);
        var address = await direct.GetDownloadUriAsync(info.Digest, "modèle #1.onnx", TimeSpan.FromMinutes(5), Cancel);

        using var client = new HttpClient();
        using var answer = await client.GetAsync(address, Cancel);
        Assert.Equal(Bytes(1000, 9), await answer.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal("modèle #1.onnx", answer.Content.Headers.ContentDisposition!.FileNameStar);
        using var write = await client.PutAsync(address, new ByteArrayContent([1]), Cancel);
        Assert.False(write.IsSuccessStatusCode);
        await Assert.ThrowsAsync<ArtifactNotFoundException>(() =>
            direct.GetDownloadUriAsync(ArtifactDigest.Of([1]), "x", TimeSpan.FromMinutes(5), Cancel)
        );
    }

    private static Uri Endpoint() => new BlobServiceClient(TestAzureBlobs.Require()).Uri;

    private Azure.Storage.Blobs.Specialized.BlockBlobClient BlockBlob(ArtifactDigest digest) =>
        new(TestAzureBlobs.Require(), stores.Container.Name, $"sha256/{digest.Hex[..2]}/{digest.Hex}");

    private static byte[] Bytes(int size, int seed)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private sealed class CallbackFaults : IFaultPoints
    {
        public Action? OnTrashed { get; set; }

        public void Hit(string name)
        {
            if (name == "artifact.trashed")
            {
                OnTrashed?.Invoke();
            }
        }
    }
}
