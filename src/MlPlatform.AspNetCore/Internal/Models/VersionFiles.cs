using System.Globalization;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>The packages of versions as folders that can be read by the artifact proxy, so that clients load what .NET registered.</summary>
internal sealed class VersionFiles(IModelRegistry registry, IArtifactStore artifacts)
{
    private const string Root = "versions";

    /// <summary>How clients are told where a version's package lies; null for one whose model has a name that cannot stand in a path.</summary>
    public static string? UriOf(ModelVersionId id)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{Root}/{id.Name}/{id.Version}");
        return ArtifactPath.TryParse(path, out _, out _) ? $"mlflow-artifacts:/{path}" : null;
    }

    /// <summary>Reads a decoded path below the proxy's root; null when it is not one of a version.</summary>
    public static (ModelVersionId Id, string Path)? Parse(string decoded) =>
        decoded.Split('/') is [Root, { Length: > 0 } name, var number, .. var rest]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        && version > 0
            ? (new(name, version), string.Join('/', rest))
            : null;

    /// <summary>What lies directly in a folder of the package, in ordinal order of name.</summary>
    public async Task<IReadOnlyList<ArtifactEntry>> ListAsync(ModelVersionId id, string folder, CancellationToken cancellationToken)
    {
        var manifest = await ReadAsync(id, cancellationToken).ConfigureAwait(false);
        var prefix = folder.Length == 0 ? string.Empty : $"{ArtifactPath.Parse(folder)}/";
        return
        [
            .. Files(manifest)
                .Where(f => f.Path.StartsWith(prefix, StringComparison.Ordinal))
                .GroupBy(f => f.Path[prefix.Length..].Split('/')[0], StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new ArtifactEntry(g.Key, g.FirstOrDefault(f => f.Path.Length == prefix.Length + g.Key.Length))),
        ];
    }

    /// <summary>Opens a file of the package.</summary>
    /// <exception cref="AssetNotFoundException">There is no such version, or it has no such file.</exception>
    public async Task<OpenedArtifact> OpenAsync(ModelVersionId id, string path, CancellationToken cancellationToken)
    {
        var wanted = path.Length == 0 ? string.Empty : ArtifactPath.Parse(path).ToString();
        var manifest = await ReadAsync(id, cancellationToken).ConfigureAwait(false);
        var file =
            Files(manifest).FirstOrDefault(f => string.Equals(f.Path, wanted, StringComparison.Ordinal))
            ?? throw new AssetNotFoundException(id.ToAsset(), $"Its package has no file '{path}'.");
        return MlmodelFolder.Describe(manifest).TryGetValue(path, out var added)
            ? new(file, new MemoryStream(added, writable: false))
            : new(file, await artifacts.OpenReadAsync(file.Digest!.Value, cancellationToken).ConfigureAwait(false));
    }

    private static IEnumerable<ArtifactFile> Files(ModelManifest manifest) =>
        manifest
            .Files.Select(f => new ArtifactFile(f.Path, f.GetDigest(), f.Size))
            .Concat(MlmodelFolder.Describe(manifest).Select(a => new ArtifactFile(a.Key, ArtifactDigest.Of(a.Value), a.Value.Length)));

    private async Task<ModelManifest> ReadAsync(ModelVersionId id, CancellationToken cancellationToken)
    {
        var version = await registry.GetVersionAsync(id, cancellationToken).ConfigureAwait(false);
        var digest = version?.ManifestDigest ?? throw new AssetNotFoundException(id.ToAsset(), "There is no such version with a package.");
        return (await ModelPackage.OpenAsync(artifacts, digest, cancellationToken).ConfigureAwait(false)).Manifest;
    }
}
