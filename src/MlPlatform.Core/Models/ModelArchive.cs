using System.IO.Compression;
using MlPlatform.Core.Internal;

namespace MlPlatform.Core;

/// <summary>A model package as a zip file or a folder: its files under their paths, beside them the manifest.</summary>
/// <remarks>
/// What is read is not trusted: everything is checked before anything is written, and nothing is written outside the staging folder, where files lie
/// under their digests and not under the names that the archive gives them.
/// </remarks>
public static class ModelArchive
{
    /// <summary>The manifest's path.</summary>
    public const string ManifestPath = "mlplatform.json";

    /// <summary>Where a signature lies, if there is one: the name that signing tools expect.</summary>
    public const string SignaturePath = "model.sig";

    /// <summary>Writes a package as a zip file.</summary>
    /// <param name="package">The package.</param>
    /// <param name="target">Gets the file; not disposed.</param>
    /// <param name="signature">A signature to put beside it.</param>
    /// <param name="cancellationToken">Cancels the write, which leaves an incomplete file.</param>
    /// <exception cref="ArtifactCorruptException">A file's bytes do not match the manifest.</exception>
    /// <exception cref="InvalidModelPackageException">A file of the package has a path that an archive keeps for itself.</exception>
    public static async Task WriteAsync(
        ModelPackage package,
        Stream target,
        ReadOnlyMemory<byte>? signature = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(target);
        CheckPaths(package.Manifest);
        await using var archive = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
        await WriteEntryAsync(archive, ManifestPath, package.Manifest.ToBytes(), cancellationToken).ConfigureAwait(false);
        foreach (var file in package.Manifest.Files)
        {
            var bytes = await package.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false);
            await WriteEntryAsync(archive, file.Path, bytes, cancellationToken).ConfigureAwait(false);
        }

        if (signature is { } signed)
        {
            await WriteEntryAsync(archive, SignaturePath, signed, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes a package as a folder, for tools that sign or look at folders.</summary>
    /// <param name="package">The package.</param>
    /// <param name="folder">The folder; made if it is missing, and refused if it holds anything.</param>
    /// <param name="signature">A signature to put beside it.</param>
    /// <param name="cancellationToken">Cancels the write, which leaves an incomplete folder.</param>
    /// <exception cref="IOException">The folder is not empty, or cannot be written.</exception>
    /// <exception cref="ArtifactCorruptException">A file's bytes do not match the manifest.</exception>
    /// <exception cref="InvalidModelPackageException">A file of the package has a path that an archive keeps for itself.</exception>
    public static async Task WriteFolderAsync(
        ModelPackage package,
        string folder,
        ReadOnlyMemory<byte>? signature = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        CheckPaths(package.Manifest);
        var root = Directory.CreateDirectory(folder).FullName;
        if (Directory.EnumerateFileSystemEntries(root).Any())
        {
            throw new IOException($"The folder '{root}' is not empty.");
        }

        await File.WriteAllBytesAsync(Path.Combine(root, ManifestPath), package.Manifest.ToBytes(), cancellationToken)
            .ConfigureAwait(false);
        foreach (var file in package.Manifest.Files)
        {
            var bytes = await package.ReadAsync(file.Path, cancellationToken).ConfigureAwait(false);
            var path = Path.Combine(root, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, bytes, cancellationToken).ConfigureAwait(false);
        }

        if (signature is { } signed)
        {
            await File.WriteAllBytesAsync(Path.Combine(root, SignaturePath), signed, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Unpacks a zip file into a staging folder of its own, and checks every byte.</summary>
    /// <param name="source">The file; one that cannot be sought in is copied to the staging folder first.</param>
    /// <param name="stagingDirectory">The folder in which the staging folder is made. Default: the system's temporary folder.</param>
    /// <param name="limits">How much is accepted. Default: <see cref="ModelArchiveLimits"/>'s own.</param>
    /// <param name="cancellationToken">Cancels the read; the staging folder is removed.</param>
    /// <returns>The package; dispose it to remove the staging folder.</returns>
    /// <exception cref="InvalidModelPackageException">The file is no archive of a package, or a hostile one; the message says why.</exception>
    /// <exception cref="ArtifactCorruptException">A file's bytes do not match the manifest.</exception>
    public static async Task<UnpackedModel> ReadAsync(
        Stream source,
        string? stagingDirectory = null,
        ModelArchiveLimits? limits = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        limits ??= new();
        var staging = Directory.CreateDirectory(
            Path.Combine(stagingDirectory ?? Path.GetTempPath(), $"mlplatform-{Path.GetRandomFileName()}")
        );
        var unpacked = new UnpackedModel(staging.FullName);
        try
        {
            await using var seekable = source.CanSeek
                ? null
                : await CopyAsync(source, Path.Combine(staging.FullName, "archive"), limits.MaximumBytes, cancellationToken)
                    .ConfigureAwait(false);
            await using var archive = new ZipArchive(seekable ?? source, ZipArchiveMode.Read, leaveOpen: true);
            var contents = ArchiveContents.Check(archive, limits);
            await unpacked.FillAsync(contents, cancellationToken).ConfigureAwait(false);
            return unpacked;
        }
        catch (Exception e)
        {
            await unpacked.DisposeAsync().ConfigureAwait(false);

            // Broken archives meet the library in many ways.
            if (
                e
                is InvalidDataException
                    or EndOfStreamException
                    or NotSupportedException
                    or ArgumentException
                    or OverflowException
                    or IOException { HResult: not 28 }
            )
            {
                throw new InvalidModelPackageException($"The archive cannot be read: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>Opens a folder that <see cref="WriteFolderAsync"/>, or somebody else, wrote. Its files are read, and verified, when they are asked for.</summary>
    /// <exception cref="InvalidModelPackageException">The folder holds no package, or a file of it is a link, is missing or has another size.</exception>
    public static async Task<ModelPackage> OpenFolderAsync(string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var root = Path.GetFullPath(folder);
        var bytes = await ReadFileAsync(root, ManifestPath, ModelPackage.MaximumManifestBytes, cancellationToken).ConfigureAwait(false);
        var manifest = ModelManifest.FromBytes(bytes);
        CheckPaths(manifest);
        foreach (var file in manifest.Files)
        {
            if (Find(root, file.Path).Length != file.Size)
            {
                throw new InvalidModelPackageException($"File '{file.Path}' has another size than the manifest says, {file.Size} bytes.");
            }
        }

        return new(manifest, (file, ct) => ReadFileAsync(root, file.Path, file.Size, ct));
    }

    /// <summary>The paths that a package's own files cannot have.</summary>
    internal static void CheckPaths(ModelManifest manifest)
    {
        foreach (var file in manifest.Files)
        {
            if (
                string.Equals(file.Path, ManifestPath, StringComparison.OrdinalIgnoreCase)
                || string.Equals(file.Path, SignaturePath, StringComparison.OrdinalIgnoreCase)
            )
            {
                throw new InvalidModelPackageException(
                    $"A package's file cannot be called '{file.Path}': an archive keeps the name for itself."
                );
            }
        }
    }

    private static async Task<byte[]> ReadFileAsync(string root, string path, long maximum, CancellationToken cancellationToken)
    {
        var file = Find(root, path);
        return file.Length <= maximum
            ? await File.ReadAllBytesAsync(file.FullName, cancellationToken).ConfigureAwait(false)
            : throw new InvalidModelPackageException($"File '{path}' has {file.Length} bytes; at most {maximum} were expected.");
    }

    /// <summary>A file of a folder, that neither itself nor by a folder above it is a link.</summary>
    private static FileInfo Find(string root, string path)
    {
        var current = root;
        foreach (var segment in path.Split('/'))
        {
            current = Path.Combine(current, segment);
            if (new FileInfo(current).LinkTarget is not null)
            {
                throw new InvalidModelPackageException($"'{path}' is, or lies below, a link: a package holds its files itself.");
            }
        }

        var file = new FileInfo(current);
        return file.Exists ? file : throw new InvalidModelPackageException($"The folder '{root}' has no file '{path}'.");
    }

    private static async Task WriteEntryAsync(
        ZipArchive archive,
        string path,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellationToken
    )
    {
        var entry = archive.CreateEntry(path, CompressionLevel.Fastest);
        entry.LastWriteTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // Equal packages are equal files.
        await using var stream = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<FileStream> CopyAsync(Stream source, string path, long maximum, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        try
        {
            var buffer = new byte[81_920];
            int read;
            while ((read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                if (file.Length + read > maximum)
                {
                    throw new InvalidModelPackageException($"The archive is larger than {maximum} bytes.");
                }

                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }

            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
