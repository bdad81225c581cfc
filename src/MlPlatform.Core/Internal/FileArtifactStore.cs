using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace MlPlatform.Core.Internal;

/// <summary>Artifacts as files: <c>artifacts/sha256/ab/abcd...</c>, written to <c>artifacts/tmp</c>, flushed, renamed.</summary>
/// <remarks>
/// A file's last write time is when it was last stored. The sweep first renames a file out of sight and then looks at that time, so that a
/// concurrent store of the same bytes either moves the time before the rename (and the file comes back) or finds no file (and writes it anew).
/// </remarks>
internal sealed class FileArtifactStore : IArtifactStore
{
    private const int BufferSize = 81_920;
    private const string TrashPrefix = "trash-";
    private readonly Clocks clocks;
    private readonly IFaultPoints faults;
    private readonly string blobs;
    private readonly string temporary;

    public FileArtifactStore(PlatformDirectories directories, Clocks clocks, IFaultPoints faults)
    {
        this.clocks = clocks;
        this.faults = faults;
        blobs = directories.Get("artifacts/sha256");
        temporary = directories.Get("artifacts/tmp");
    }

    public async Task<ArtifactInfo> PutAsync(Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var draft = Path.Combine(temporary, UuidText.Format(UuidText.New(clocks.Work)));
        try
        {
            var (digest, size) = await WriteAsync(draft, content, cancellationToken).ConfigureAwait(false);
            faults.Hit("artifact.written");
            var stored = clocks.Work.GetUtcNow();
            if (!TryTouch(PathOf(digest), stored))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(PathOf(digest))!);
                File.SetLastWriteTimeUtc(draft, stored.UtcDateTime);
                File.Move(draft, PathOf(digest), overwrite: true);
                faults.Hit("artifact.renamed");
                CoreDiagnostics.ArtifactBytesWritten.Add(size);
            }

            return new(digest, size, stored);
        }
        catch (Exception e) when (e is UnauthorizedAccessException || IsDiskFull(e))
        {
            throw new StorageUnavailableException(temporary, $"an artifact cannot be written ({e.Message.TrimEnd('.')})", e);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    public Task<Stream> OpenReadAsync(ArtifactDigest digest, CancellationToken cancellationToken = default)
    {
        try
        {
            var file = new FileStream(
                PathOf(digest),
                FileMode.Open,
                FileAccess.Read,
                FileShare.Read | FileShare.Delete,
                BufferSize,
                useAsync: false
            );
            return Task.FromResult<Stream>(new VerifyingStream(file, digest));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ArtifactNotFoundException(digest);
        }
    }

    public Task<ArtifactInfo?> FindAsync(ArtifactDigest digest, CancellationToken cancellationToken = default) =>
        Task.FromResult(Describe(new FileInfo(PathOf(digest))));

    public async IAsyncEnumerable<ArtifactInfo> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var file in new DirectoryInfo(blobs).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Describe(file) is { } info)
            {
                yield return info;
            }
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    public Task<bool> DeleteAsync(ArtifactDigest digest, DateTimeOffset notStoredSince, CancellationToken cancellationToken = default)
    {
        var path = PathOf(digest);
        var trash = Path.Combine(temporary, TrashPrefix + digest.Hex);
        try
        {
            File.Move(path, trash, overwrite: true);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult(false);
        }

        faults.Hit("artifact.trashed");
        if (File.GetLastWriteTimeUtc(trash) > notStoredSince.UtcDateTime)
        {
            File.Move(trash, path, overwrite: true);
            return Task.FromResult(false);
        }

        File.Delete(trash);
        return Task.FromResult(true);
    }

    public Task<int> DeleteIncompleteAsync(DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        var removed = 0;
        foreach (var file in new DirectoryInfo(temporary).EnumerateFiles())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.LastWriteTimeUtc <= before.UtcDateTime)
            {
                file.Delete();
                removed++;
            }
            else if (
                file.Name.StartsWith(TrashPrefix, StringComparison.Ordinal)
                && ArtifactDigest.TryParse("sha256:" + file.Name[TrashPrefix.Length..], out var digest)
            )
            {
                file.MoveTo(PathOf(digest), overwrite: true); // A sweep was killed after it took away what had just been stored again.
            }
        }

        return Task.FromResult(removed);
    }

    private static async Task<(ArtifactDigest Digest, long Size)> WriteAsync(
        string path,
        Stream content,
        CancellationToken cancellationToken
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: false);
        var buffer = new byte[BufferSize];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        file.Flush(flushToDisk: true);
        return (ArtifactDigest.FromHash(hash.GetHashAndReset()), file.Length);
    }

    /// <summary>ENOSPC, EDQUOT or EFBIG on Unix, ERROR_DISK_FULL on Windows; other I/O errors may be those of the caller's own stream.</summary>
    private static bool IsDiskFull(Exception e) =>
        e is IOException && (OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) == 112 : e.HResult is 28 or 122 or 27);

    private static bool TryTouch(string path, DateTimeOffset time)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, time.UtcDateTime);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static ArtifactInfo? Describe(FileInfo file)
    {
        try
        {
            return file.Exists && ArtifactDigest.TryParse("sha256:" + file.Name, out var digest)
                ? new(digest, file.Length, new(file.LastWriteTimeUtc, TimeSpan.Zero))
                : null;
        }
        catch (FileNotFoundException)
        {
            return null; // Swept between the listing and the look.
        }
    }

    private string PathOf(ArtifactDigest digest) =>
        digest.Hex.Length == 64
            ? Path.Combine(blobs, digest.Hex[..2], digest.Hex)
            : throw new ArgumentException("The digest is empty.", nameof(digest));
}
