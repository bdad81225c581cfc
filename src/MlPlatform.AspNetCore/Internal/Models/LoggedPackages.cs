using System.Text;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace MlPlatform.AspNetCore.Internal;

/// <summary>Makes a package of the files that a client logged, so that the version that it registers can be served by .NET.</summary>
internal sealed class LoggedPackages(IArtifactTrees trees, IArtifactStore artifacts, IModelRegistry registry)
{
    private const int MaximumFiles = 1000;

    /// <summary>The package; null when the folder is not one of a model, or one of a kind that is not served here.</summary>
    /// <exception cref="InvalidModelPackageException">It says that it is a model and cannot be used as one.</exception>
    public async Task<StoredModelPackage?> MakeAsync(ArtifactTreeId tree, ArtifactPath? folder, CancellationToken cancellationToken)
    {
        var files = await trees
            .ListFilesAsync(tree, folder, limit: MaximumFiles, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var prefix = folder is null ? string.Empty : $"{folder}/";
        var named = files.ToDictionary(f => f.Path[prefix.Length..], StringComparer.Ordinal);
        if (!named.TryGetValue(MlmodelFile.Name, out var description))
        {
            return null;
        }

        var text = await artifacts.ReadBytesAsync(description.Digest, MlmodelFile.MaximumBytes, cancellationToken).ConfigureAwait(false);
        var model = MlmodelFile.Parse(Encoding.UTF8.GetString(text));
        if (!named.ContainsKey(model.OnnxPath))
        {
            throw new InvalidModelPackageException($"The file {MlmodelFile.Name} names '{model.OnnxPath}', which was not logged.");
        }

        var manifest = new ModelManifest
        {
            Files = [.. named.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => Describe(f.Key, f.Value, model))],
            Runtime = new(ModelRuntime.Onnx, model.OnnxVersion),
            Signature = model.Signature,
        };
        var package = new ModelPackage(manifest, (file, ct) => artifacts.ReadBytesAsync(file.GetDigest(), cancellationToken: ct));
        return await registry.StorePackageAsync(package, cancellationToken).ConfigureAwait(false);
    }

    private static ModelFile Describe(string path, ArtifactFile file, MlmodelFile model)
    {
        var isModel = string.Equals(path, model.OnnxPath, StringComparison.Ordinal);
        return new(
            path,
            file.Digest.ToString(),
            file.Size,
            isModel ? "application/onnx" : "application/octet-stream",
            isModel ? ModelFileRole.Model : ModelFileRole.Other
        );
    }
}
