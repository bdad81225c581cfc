using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Registry.Mlflow.Internal;

/// <summary>Packages of models as files on the server, and back.</summary>
/// <remarks>
/// A package that is stored here carries its manifest beside its files, and a file <c>MLmodel</c> where MLflow can load it, so that both read it. What is
/// read goes through the local artifact store, where bytes have digests: a file that is there already is not fetched again.
/// </remarks>
internal sealed class MlflowPackages(MlflowClient client, MlflowFiles files, IArtifactStore artifacts, IOptions<MlflowOptions> options)
{
    private readonly ConcurrentDictionary<VersionReply, ModelPackage> opened = new(new SameFiles());

    /// <summary>Opens the package of a version.</summary>
    /// <exception cref="InvalidModelPackageException">Its files are not a model that can be used here, or not those that were registered.</exception>
    public async Task<ModelPackage> OpenAsync(VersionReply version, CancellationToken cancellationToken)
    {
        if (opened.TryGetValue(version, out var known) && await IsStoredAsync(known, cancellationToken).ConfigureAwait(false))
        {
            return known;
        }

        var remote = RemoteAssets.ToVersion(version);
        var package = await FetchAsync(remote, cancellationToken).ConfigureAwait(false);
        if (remote.ManifestDigest is { } registered && registered != package.Digest)
        {
            throw new InvalidModelPackageException(
                $"'{remote.Id}' was registered with the manifest {registered}; the files on the MLflow server make {package.Digest}. Somebody changed them."
            );
        }

        opened[version] = package;
        return package;
    }

    /// <summary>Stores a package's files below a folder.</summary>
    public async Task UploadAsync(ModelPackage package, string folder, AssetRef asset, CancellationToken cancellationToken)
    {
        foreach (var file in package.Manifest.Files)
        {
            var bytes = await package.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false);
            await PutAsync(folder, file.Path, bytes, asset, cancellationToken).ConfigureAwait(false);
        }

        // The manifest is last, so that a folder with a manifest is whole.
        foreach (var (path, bytes) in MlmodelFolder.Describe(package.Manifest).OrderBy(f => f.Key == MlmodelFolder.ManifestFileName))
        {
            await PutAsync(folder, path, bytes, asset, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task PutAsync(string folder, string path, byte[] bytes, AssetRef asset, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(bytes, writable: false);
        await client.PutFileAsync($"{folder}/{path}", content, asset, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ModelPackage> FetchAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var asset = version.Id.ToAsset();
        var call = MlflowCall.Get(
            "model-versions/get-download-uri",
            asset,
            ("name", version.Id.Name),
            ("version", MlflowCalls.TextOf(version.Id.Version))
        );
        var reply = await client.SendAsync(call, cancellationToken).ConfigureAwait(false);
        var address = reply.ArtifactUri ?? version.Source ?? string.Empty;
        var folder = await files.ResolveAsync(address, asset, cancellationToken).ConfigureAwait(false);
        var listed = await files.ListAsync(folder, asset, options.Value.MaximumModelFiles, cancellationToken).ConfigureAwait(false);
        if (listed.Sum(f => f.Size) > options.Value.MaximumModelBytes)
        {
            throw TooLarge(version);
        }

        return listed.Any(f => f.Path == MlmodelFolder.ManifestFileName)
            ? await FetchOwnAsync(version, folder, cancellationToken).ConfigureAwait(false)
            : await FetchLoggedAsync(version, folder, listed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A package that was stored by this class: the manifest says what each file must be.</summary>
    private async Task<ModelPackage> FetchOwnAsync(ModelVersion version, string folder, CancellationToken cancellationToken)
    {
        var stored = await FetchFileAsync(version, $"{folder}/{MlmodelFolder.ManifestFileName}", 16 << 20, cancellationToken)
            .ConfigureAwait(false);
        var manifest = ModelManifest.FromBytes(
            await artifacts.ReadBytesAsync(stored.Digest, cancellationToken: cancellationToken).ConfigureAwait(false)
        );
        foreach (var file in manifest.Files)
        {
            if (await artifacts.FindAsync(file.GetDigest(), cancellationToken).ConfigureAwait(false) is not null)
            {
                continue;
            }

            var fetched = await FetchFileAsync(version, $"{folder}/{file.Path}", file.Size, cancellationToken).ConfigureAwait(false);
            if (fetched.Digest != file.GetDigest())
            {
                throw new InvalidModelPackageException(
                    $"File '{file.Path}' of '{version.Id}' on the MLflow server is not the one that the manifest names. Somebody changed it."
                );
            }
        }

        return new(manifest, (file, ct) => artifacts.ReadBytesAsync(file.GetDigest(), file.Size, ct));
    }

    /// <summary>A model that an MLflow client logged.</summary>
    private async Task<ModelPackage> FetchLoggedAsync(
        ModelVersion version,
        string folder,
        List<ArtifactFile> listed,
        CancellationToken cancellationToken
    )
    {
        if (listed.All(f => f.Path != MlmodelFolder.FileName))
        {
            throw new InvalidModelPackageException(
                $"'{version.Id}' has no file {MlmodelFolder.FileName} on the MLflow server: its source '{version.Source}' is no model's folder."
            );
        }

        var left = options.Value.MaximumModelBytes;
        var fetched = new List<ArtifactFile>(listed.Count);
        foreach (var file in listed)
        {
            var stored = await FetchFileAsync(version, $"{folder}/{file.Path}", left, cancellationToken).ConfigureAwait(false);
            fetched.Add(new(file.Path, stored.Digest, stored.Size));
            left -= stored.Size;
        }

        return (await MlmodelFolder.OpenAsync(fetched, artifacts, cancellationToken).ConfigureAwait(false))!;
    }

    private async Task<ArtifactInfo> FetchFileAsync(ModelVersion version, string path, long limit, CancellationToken cancellationToken)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(options.Value.TransferTimeout);
        try
        {
            using var response = await client.OpenFileAsync(path, version.Id.ToAsset(), time.Token).ConfigureAwait(false);
            if (response.Content.Headers.ContentLength > limit)
            {
                throw TooLarge(version);
            }

            await using var content = await response.Content.ReadAsStreamAsync(time.Token).ConfigureAwait(false);
            await using var limited = new LimitedStream(content, limit, () => TooLarge(version));
            return await artifacts.PutAsync(limited, time.Token).ConfigureAwait(false);
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            throw new StorageUnavailableException(
                client.Root.AbsoluteUri,
                $"the transfer of '{path}' broke off ({e.Message.TrimEnd('.')})",
                e
            );
        }
    }

    private async Task<bool> IsStoredAsync(ModelPackage package, CancellationToken cancellationToken)
    {
        foreach (var file in package.Manifest.Files)
        {
            if (await artifacts.FindAsync(file.GetDigest(), cancellationToken).ConfigureAwait(false) is null)
            {
                return false;
            }
        }

        return true;
    }

    private InvalidModelPackageException TooLarge(ModelVersion version) =>
        new(
            $"The files of '{version.Id}' on the MLflow server are larger than {options.Value.MaximumModelBytes} bytes ({MlflowOptions.Section}:{nameof(MlflowOptions.MaximumModelBytes)}), or than its manifest says."
        );

    /// <summary>A version's files never change while it is the same version: a deleted model's numbers begin anew.</summary>
    private sealed class SameFiles : IEqualityComparer<VersionReply>
    {
        public bool Equals(VersionReply? x, VersionReply? y) =>
            (x?.Name, x?.Version, x?.CreationTimestamp, x?.Source) == (y?.Name, y?.Version, y?.CreationTimestamp, y?.Source);

        public int GetHashCode(VersionReply version) => HashCode.Combine(version.Name, version.Version, version.CreationTimestamp);
    }
}
