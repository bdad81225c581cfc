using System.Security.Cryptography;
using MlPlatform.Core.Internal;

namespace MlPlatform.Core;

/// <summary>A package that was unpacked into a staging folder, every byte checked. Dispose it to remove the folder.</summary>
public sealed class UnpackedModel : IAsyncDisposable
{
    private readonly string staging;
    private ModelPackage? package;

    internal UnpackedModel(string staging) => this.staging = staging;

    /// <summary>The package; readable until this is disposed.</summary>
    public ModelPackage Package => package ?? throw new ObjectDisposedException(nameof(UnpackedModel));

    /// <summary>The signature that lay beside it, not verified; null when there was none.</summary>
    public ReadOnlyMemory<byte>? Signature { get; private set; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        package = null;
        if (Directory.Exists(staging))
        {
            Directory.Delete(staging, recursive: true);
        }

        return ValueTask.CompletedTask;
    }

    internal async Task FillAsync(ArchiveContents contents, CancellationToken cancellationToken)
    {
        foreach (var (file, entry) in contents.Files)
        {
            await ExtractAsync(file, entry, cancellationToken).ConfigureAwait(false);
        }

        Signature = contents.Signature;
        package = new(contents.Manifest, (file, ct) => File.ReadAllBytesAsync(PathOf(file), ct));
    }

    private async Task ExtractAsync(ModelFile file, System.IO.Compression.ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        if (File.Exists(PathOf(file)))
        {
            return; // Two files with the same bytes.
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var source = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var target = new FileStream(PathOf(file), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var buffer = new byte[81_920];
        int read;
        while ((read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (target.Length + read > file.Size)
            {
                throw new InvalidModelPackageException($"File '{file.Path}' has more bytes than the manifest says, {file.Size}.");
            }

            hash.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        var actual = ArtifactDigest.FromHash(hash.GetHashAndReset());
        if (actual != file.GetDigest())
        {
            throw new ArtifactCorruptException(file.GetDigest(), actual);
        }
    }

    private string PathOf(ModelFile file) => Path.Combine(staging, file.GetDigest().Hex);
}
