using System.IO.Compression;
using System.IO.Hashing;

namespace MlPlatform.Core.Internal;

/// <summary>What an archive holds, once it is known to be a package and nothing else.</summary>
internal sealed class ArchiveContents
{
    private const int UnixTypeMask = 0xF000;
    private const int UnixRegularFile = 0x8000;
    private const long SmallFile = 1024 * 1024;
    private const long MaximumSignatureBytes = 16 * 1024 * 1024;

    private static readonly HashSet<string> DeviceNames = new(
        ["con", "prn", "aux", "nul", .. Enumerable.Range(0, 10).SelectMany(i => new[] { $"com{i}", $"lpt{i}" })],
        StringComparer.OrdinalIgnoreCase
    );

    private ArchiveContents(
        ModelManifest manifest,
        IReadOnlyList<(ModelFile File, ZipArchiveEntry Entry)> files,
        ReadOnlyMemory<byte>? signature
    ) => (Manifest, Files, Signature) = (manifest, files, signature);

    public ModelManifest Manifest { get; }

    public IReadOnlyList<(ModelFile File, ZipArchiveEntry Entry)> Files { get; }

    public ReadOnlyMemory<byte>? Signature { get; }

    /// <exception cref="InvalidModelPackageException">It is something else.</exception>
    public static ArchiveContents Check(ZipArchive archive, ModelArchiveLimits limits)
    {
        if (archive.Entries.Count > limits.MaximumEntries)
        {
            throw Wrong($"it has {archive.Entries.Count} files; at most {limits.MaximumEntries} are accepted");
        }

        var entries = new Dictionary<string, ZipArchiveEntry>(StringComparer.OrdinalIgnoreCase); // Some file systems see no difference.
        long total = 0;
        foreach (var entry in archive.Entries)
        {
            CheckEntry(entry, limits);
            total += entry.Length;
            if (total > limits.MaximumBytes)
            {
                throw Wrong($"it unpacks to more than {limits.MaximumBytes} bytes");
            }

            if (!entries.TryAdd(entry.FullName, entry))
            {
                throw Wrong($"it holds '{entry.FullName}' twice, at most in another case");
            }
        }

        var manifest = ModelManifest.FromBytes(
            ReadSmall(
                Take(entries, ModelArchive.ManifestPath) ?? throw Wrong($"it has no '{ModelArchive.ManifestPath}'"),
                ModelPackage.MaximumManifestBytes
            )
        );
        ModelArchive.CheckPaths(manifest);
        ReadOnlyMemory<byte>? signature = Take(entries, ModelArchive.SignaturePath) is { } signed
            ? ReadSmall(signed, MaximumSignatureBytes)
            : null;
        var files = manifest.Files.Select(f => (f, Match(f, Take(entries, f.Path)))).ToList();
        return entries.Count == 0
            ? new(manifest, files, signature)
            : throw Wrong($"it holds '{entries.Keys.First()}', which the manifest does not name");
    }

    private static ZipArchiveEntry? Take(Dictionary<string, ZipArchiveEntry> entries, string path) =>
        entries.TryGetValue(path, out var entry) && string.Equals(entry.FullName, path, StringComparison.Ordinal) && entries.Remove(path)
            ? entry
            : null;

    private static ZipArchiveEntry Match(ModelFile file, ZipArchiveEntry? entry) =>
        entry is null ? throw Wrong($"it lacks the file '{file.Path}'")
        : entry.Length == file.Size ? entry
        : throw Wrong($"the file '{file.Path}' has {entry.Length} bytes, and {file.Size} by the manifest");

    private static void CheckEntry(ZipArchiveEntry entry, ModelArchiveLimits limits)
    {
        var path = entry.FullName;
        if (!ModelFile.IsSafePath(path) || path.Split('/').Any(s => DeviceNames.Contains(s.Split('.')[0])))
        {
            throw Wrong(
                $"it holds the path '{Shown(path)}'; allowed are relative paths of files with '/', without '.', '..', ':', '\\' and device names"
            );
        }

        if (path.Count(c => c == '/') > limits.MaximumDepth)
        {
            throw Wrong($"it holds a path with more than {limits.MaximumDepth} folders");
        }

        var type = (entry.ExternalAttributes >> 16) & UnixTypeMask;
        if (type is not (0 or UnixRegularFile))
        {
            throw Wrong($"'{path}' is a link or a device, not a file");
        }

        if (entry.IsEncrypted)
        {
            throw Wrong($"'{path}' is encrypted");
        }

        if (entry.Length > SmallFile && entry.Length / Math.Max(1, entry.CompressedLength) > limits.MaximumRatio)
        {
            throw Wrong($"'{path}' unpacks to more than {limits.MaximumRatio} times its size");
        }
    }

    private static byte[] ReadSmall(ZipArchiveEntry entry, long maximum)
    {
        if (entry.Length > maximum)
        {
            throw Wrong($"'{entry.FullName}' has {entry.Length} bytes; at most {maximum} are accepted");
        }

        // By its own count, since the header's length is a claim.
        using var stream = entry.Open();
        var bytes = new byte[entry.Length + 1];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read != entry.Length || Crc32.HashToUInt32(bytes.AsSpan(0, read)) != entry.Crc32)
        {
            throw Wrong($"'{entry.FullName}' is damaged: it has another length or checksum than the archive says");
        }

        return bytes[..read];
    }

    private static string Shown(string path) => path.Length <= 100 ? path : path[..100] + "...";

    private static InvalidModelPackageException Wrong(string problem) => new($"The archive is refused: {problem}.");
}
