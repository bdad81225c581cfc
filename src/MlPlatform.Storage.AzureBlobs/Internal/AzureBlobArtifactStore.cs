using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using MlPlatform.Core;

namespace MlPlatform.Storage.AzureBlobs.Internal;

/// <summary>Artifacts as blobs <c>sha256/ab/abcd...</c>.</summary>
/// <remarks>
/// A blob is made under the condition that there is none, and its metadata says when it was last stored. Storing it again changes the metadata and with
/// it the entity tag, under whose condition the sweep deletes: of a store and a sweep at once, the sweep gives way.
/// </remarks>
internal sealed class AzureBlobArtifactStore : IArtifactStore, IDirectDownloads, IDisposable
{
    private const string Root = "sha256/";
    private const string StoredAt = "storedat";

    /// <summary>Each round ends unless a sweep and a store take turns at the same blob.</summary>
    private const int MaximumRounds = 10;

    private readonly BlobContainerClient container;
    private readonly AzureBlobsOptions options;
    private readonly Clocks clocks;
    private readonly IFaultPoints faults;
    private readonly BlobErrors errors;
    private readonly string drafts;
    private readonly SemaphoreSlim creating = new(1, 1);
    private volatile bool exists;

    public AzureBlobArtifactStore(AzureBlobsOptions options, PlatformDirectories directories, Clocks clocks, IFaultPoints faults)
        : this(BlobContainers.Open(options), options, directories.Get("artifacts/drafts"), clocks, faults) { }

    internal AzureBlobArtifactStore(
        BlobContainerClient container,
        AzureBlobsOptions options,
        string drafts,
        Clocks clocks,
        IFaultPoints faults
    )
    {
        this.container = container;
        this.options = options;
        this.drafts = drafts;
        this.clocks = clocks;
        this.faults = faults;
        exists = !options.CreateContainer;
        errors = new(container.Uri);
    }

    public async Task<ArtifactInfo> PutAsync(Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        cancellationToken.ThrowIfCancellationRequested();

        // What the caller's own stream throws is the caller's, so only the requests are translated.
        using var draft = await Draft.ReadAsync(content, drafts, options.BlockSize, cancellationToken).ConfigureAwait(false);
        faults.Hit("artifact.written");
        var stored = StoredTime.FromMicros(clocks.Work.NowMicros());
        return await AskAsync(() => StoreAsync(draft, stored, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    public Task<Stream> OpenReadAsync(ArtifactDigest digest, CancellationToken cancellationToken = default) =>
        AskAsync<Stream>(
            async () =>
            {
                try
                {
                    var blob = await BlobOf(digest)
                        .OpenReadAsync(
                            new BlobOpenReadOptions(allowModifications: true) { BufferSize = options.BlockSize },
                            cancellationToken
                        )
                        .ConfigureAwait(false);
                    return new VerifyingStream(new BlobReadStream(blob, digest, errors), digest);
                }
                catch (RequestFailedException e) when (BlobErrors.IsMissing(e))
                {
                    throw new ArtifactNotFoundException(digest);
                }
            },
            cancellationToken
        );

    public Task<ArtifactInfo?> FindAsync(ArtifactDigest digest, CancellationToken cancellationToken = default) =>
        AskAsync(async () => (await LookAsync(digest, cancellationToken).ConfigureAwait(false))?.Info, cancellationToken);

    public async IAsyncEnumerable<ArtifactInfo> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await AskAsync(() => Task.FromResult(true), cancellationToken).ConfigureAwait(false);
        await using var pages = container
            .GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, Root, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (await AskAsync(async () => await pages.MoveNextAsync().ConfigureAwait(false), cancellationToken).ConfigureAwait(false))
        {
            var item = pages.Current;
            if (ArtifactDigest.TryParse("sha256:" + item.Name[(item.Name.LastIndexOf('/') + 1)..], out var digest))
            {
                yield return Describe(digest, item.Properties.ContentLength ?? 0, item.Metadata, item.Properties.LastModified);
            }
        }
    }

    public Task<bool> DeleteAsync(ArtifactDigest digest, DateTimeOffset notStoredSince, CancellationToken cancellationToken = default) =>
        AskAsync(
            async () =>
            {
                if (
                    await LookAsync(digest, cancellationToken).ConfigureAwait(false) is not { } found
                    || found.Info.StoredAt > notStoredSince
                )
                {
                    return false;
                }

                faults.Hit("artifact.trashed");
                try
                {
                    await BlobOf(digest)
                        .DeleteAsync(
                            DeleteSnapshotsOption.IncludeSnapshots,
                            new BlobRequestConditions { IfMatch = found.Tag },
                            cancellationToken
                        )
                        .ConfigureAwait(false);
                    return true;
                }
                catch (RequestFailedException e) when (BlobErrors.IsMissing(e) || BlobErrors.IsConflict(e))
                {
                    return false; // Another sweep was first, or it was stored again since.
                }
            },
            cancellationToken
        );

    /// <summary>Blocks of uploads that were cut off are no blobs, and the service drops them by itself; here are only drafts of killed processes.</summary>
    public Task<int> DeleteIncompleteAsync(DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        var removed = 0;
        foreach (var file in new DirectoryInfo(drafts).EnumerateFiles())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.LastWriteTimeUtc > before.UtcDateTime)
            {
                continue;
            }

            try
            {
                file.Delete();
                removed++;
            }
            catch (IOException)
            {
                // A living upload holds it open.
            }
        }

        return Task.FromResult(removed);
    }

    public async Task<Uri?> GetDownloadUriAsync(
        ArtifactDigest digest,
        string fileName,
        TimeSpan validFor,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fileName);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(validFor, TimeSpan.Zero);
        var blob = BlobOf(digest);
        if (!blob.CanGenerateSasUri)
        {
            return null; // Signed in without the account's key.
        }

        if (await FindAsync(digest, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new ArtifactNotFoundException(digest);
        }

        // The service compares with its own clock, whatever a test's says.
        var builder = new BlobSasBuilder(BlobSasPermissions.Read, TimeProvider.System.GetUtcNow() + validFor)
        {
            ContentDisposition = $"attachment; filename*=UTF-8''{Uri.EscapeDataString(fileName)}",
            ContentType = "application/octet-stream",
        };
        return blob.GenerateSasUri(builder);
    }

    public void Dispose() => creating.Dispose();

    private async Task<ArtifactInfo> StoreAsync(Draft draft, DateTimeOffset stored, CancellationToken cancellationToken)
    {
        var blob = BlobOf(draft.Digest);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StoredAt] = StoredTime.ToMicros(stored).ToString(CultureInfo.InvariantCulture),
        };
        for (var round = 1; ; round++)
        {
            if (await TryTouchAsync(blob, metadata, cancellationToken).ConfigureAwait(false))
            {
                break;
            }

            try
            {
                draft.Content.Position = 0;
                await blob.UploadAsync(draft.Content, UploadOptions(metadata), cancellationToken).ConfigureAwait(false);
                faults.Hit("artifact.renamed");
                AzureBlobsDiagnostics.BytesUploaded.Add(draft.Size);
                break;
            }
            catch (RequestFailedException e) when (BlobErrors.IsConflict(e) && round < MaximumRounds)
            {
                // Somebody else has made it since the look; or this very request did, whose answer was lost.
            }
        }

        return new(draft.Digest, draft.Size, stored);
    }

    private static async Task<bool> TryTouchAsync(BlobClient blob, Dictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        try
        {
            await blob.SetMetadataAsync(metadata, cancellationToken: cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException e) when (BlobErrors.IsMissing(e))
        {
            return false;
        }
    }

    private BlobUploadOptions UploadOptions(Dictionary<string, string> metadata) =>
        new()
        {
            Metadata = metadata,
            Conditions = new BlobRequestConditions { IfNoneMatch = Azure.ETag.All },
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/octet-stream" },
            TransferOptions = new StorageTransferOptions
            {
                InitialTransferSize = options.BlockSize,
                MaximumTransferSize = options.BlockSize,
                MaximumConcurrency = options.ParallelBlocks,
            },
        };

    private async Task<(ArtifactInfo Info, Azure.ETag Tag)?> LookAsync(ArtifactDigest digest, CancellationToken cancellationToken)
    {
        try
        {
            var properties = (await BlobOf(digest).GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false)).Value;
            return (Describe(digest, properties.ContentLength, properties.Metadata, properties.LastModified), properties.ETag);
        }
        catch (RequestFailedException e) when (BlobErrors.IsMissing(e))
        {
            return null;
        }
    }

    /// <summary>A blob that somebody copied there without its metadata is as old as the service says.</summary>
    private static ArtifactInfo Describe(
        ArtifactDigest digest,
        long size,
        IDictionary<string, string>? metadata,
        DateTimeOffset? modified
    ) =>
        new(
            digest,
            size,
            metadata is not null
            && metadata.TryGetValue(StoredAt, out var text)
            && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var micros)
                ? StoredTime.FromMicros(micros)
                : modified ?? DateTimeOffset.MaxValue
        );

    private BlobClient BlobOf(ArtifactDigest digest) =>
        digest.Hex.Length == 64
            ? container.GetBlobClient($"{Root}{digest.Hex[..2]}/{digest.Hex}")
            : throw new ArgumentException("The digest is empty.", nameof(digest));

    /// <summary>Sends requests once the container is there, and says in the platform's words what went wrong.</summary>
    private async Task<T> AskAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            await EnsureContainerAsync(cancellationToken).ConfigureAwait(false);
            return await request().ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && BlobErrors.IsUnavailable(e))
        {
            throw errors.Unavailable(e);
        }
    }

    private async Task EnsureContainerAsync(CancellationToken cancellationToken)
    {
        if (exists)
        {
            return;
        }

        await creating.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!exists)
            {
                await container.CreateIfNotExistsAsync(PublicAccessType.None, cancellationToken: cancellationToken).ConfigureAwait(false);
                exists = true;
            }
        }
        finally
        {
            creating.Release();
        }
    }
}
