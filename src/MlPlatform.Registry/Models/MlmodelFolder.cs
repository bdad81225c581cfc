using System.Text;
using MlPlatform.Core;
using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry;

/// <summary>A folder in the form in which MLflow logs a model: a file <c>MLmodel</c>, which says what the model is, beside the model's files.</summary>
public static class MlmodelFolder
{
    /// <summary>The file that makes a folder one of a model.</summary>
    public const string FileName = MlmodelFile.Name;

    /// <summary>The file that holds the manifest of a package of this platform's, where it is laid out as such a folder.</summary>
    public const string ManifestFileName = "mlplatform-manifest.json";

    /// <summary>What is laid beside a package's files to make such a folder of it: its manifest, and <c>MLmodel</c> where MLflow can load it and it has none.</summary>
    public static IReadOnlyDictionary<string, byte[]> Describe(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var added = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (MlmodelText.Of(manifest) is { } text)
        {
            added[FileName] = text;
        }

        added[ManifestFileName] = manifest.ToBytes();
        foreach (var file in manifest.Files)
        {
            added.Remove(file.Path);
        }

        return added;
    }

    /// <summary>Makes a package of the folder's files, for versions that are to be served here.</summary>
    /// <param name="files">The files, with paths relative to the folder and with digests: their bytes are in <paramref name="artifacts"/>.</param>
    /// <param name="artifacts">Holds the bytes.</param>
    /// <param name="cancellationToken">Cancels the read of the description.</param>
    /// <returns>The package, of which nothing is stored; null when there is no file <c>MLmodel</c>.</returns>
    /// <exception cref="InvalidModelPackageException">
    /// It says that it is a model and cannot be used as one: it is not ONNX, has no usable signature, or names a file that is not there.
    /// </exception>
    public static async Task<ModelPackage?> OpenAsync(
        IReadOnlyCollection<ArtifactFile> files,
        IArtifactStore artifacts,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(artifacts);
        if (files.FirstOrDefault(f => string.Equals(f.Path, FileName, StringComparison.Ordinal)) is not { } description)
        {
            return null;
        }

        var text = await artifacts.ReadBytesAsync(DigestOf(description), MlmodelFile.MaximumBytes, cancellationToken).ConfigureAwait(false);
        var model = MlmodelFile.Parse(Encoding.UTF8.GetString(text));
        if (!files.Any(f => string.Equals(f.Path, model.OnnxPath, StringComparison.Ordinal)))
        {
            throw new InvalidModelPackageException($"The file {FileName} names '{model.OnnxPath}', which was not logged.");
        }

        var manifest = new ModelManifest
        {
            Files = [.. files.OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => Describe(f, model))],
            Runtime = new(ModelRuntime.Onnx, model.OnnxVersion),
            Signature = model.Signature,
        };
        return new(manifest, (file, ct) => artifacts.ReadBytesAsync(file.GetDigest(), file.Size, ct));
    }

    private static ModelFile Describe(ArtifactFile file, MlmodelFile model)
    {
        var isModel = string.Equals(file.Path, model.OnnxPath, StringComparison.Ordinal);
        return new(
            file.Path,
            DigestOf(file).ToString(),
            file.Size,
            isModel ? "application/onnx" : "application/octet-stream",
            isModel ? ModelFileRole.Model : ModelFileRole.Other
        );
    }

    private static ArtifactDigest DigestOf(ArtifactFile file) =>
        file.Digest ?? throw new ArgumentException($"File '{file.Path}' has no digest: store its bytes first.");
}
