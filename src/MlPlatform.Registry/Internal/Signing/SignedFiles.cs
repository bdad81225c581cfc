using System.Security.Cryptography;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>The files of a model with their SHA-256, by path.</summary>
internal static class SignedFiles
{
    /// <summary>At the top of a folder, by the specification; and the signature itself.</summary>
    public static readonly IReadOnlyList<string> AlwaysIgnored =
    [
        ".git",
        ".gitattributes",
        ".github",
        ".gitignore",
        ModelArchive.SignaturePath,
    ];

    /// <summary>The files of a package and its manifest, which says what they are for.</summary>
    public static IReadOnlyDictionary<string, string> Of(ModelPackage package)
    {
        var files = package.Manifest.Files.ToDictionary(f => f.Path, f => f.GetDigest().Hex, StringComparer.Ordinal);
        files[ModelArchive.ManifestPath] = package.Digest.Hex;
        return files;
    }

    /// <exception cref="ModelSignatureException">The folder has no file, or a link.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> OfFolderAsync(
        string folder,
        IReadOnlyCollection<string> ignored,
        CancellationToken cancellationToken
    )
    {
        var root = Path.GetFullPath(folder);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var pending = new Stack<DirectoryInfo>([new(root)]);
        while (pending.TryPop(out var current))
        {
            foreach (var entry in current.EnumerateFileSystemInfos())
            {
                var path = Path.GetRelativePath(root, entry.FullName).Replace(Path.DirectorySeparatorChar, '/');
                if (ignored.Contains(path, StringComparer.Ordinal))
                {
                    continue;
                }

                if (entry.LinkTarget is not null)
                {
                    throw new ModelSignatureException($"'{path}' is a link; the files of a signed model are files.");
                }

                if (entry is DirectoryInfo below)
                {
                    pending.Push(below);
                    continue;
                }

                await using var stream = File.OpenRead(entry.FullName);
                files[path] = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
            }
        }

        return files.Count > 0 ? files : throw new ModelSignatureException($"The folder '{root}' holds no file to sign.");
    }

    /// <exception cref="ModelSignatureException">A file is missing, changed, or was not signed; the message names them.</exception>
    public static void EnsureSame(IReadOnlyDictionary<string, string> signed, IReadOnlyDictionary<string, string> found)
    {
        string[] problems =
        [
            .. signed.Keys.Where(p => !found.ContainsKey(p)).Select(p => $"'{p}' is missing"),
            .. signed.Where(s => found.TryGetValue(s.Key, out var digest) && digest != s.Value).Select(s => $"'{s.Key}' has changed"),
            .. found.Keys.Where(p => !signed.ContainsKey(p)).Select(p => $"'{p}' was not signed"),
        ];
        if (problems.Length > 0)
        {
            var shown = string.Join(", ", problems.Order(StringComparer.Ordinal).Take(10));
            throw new ModelSignatureException($"The files are not those that were signed: {shown}{(problems.Length > 10 ? ", ..." : "")}.");
        }
    }
}
