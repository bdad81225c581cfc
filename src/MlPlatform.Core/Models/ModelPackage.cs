namespace MlPlatform.Core;

/// <summary>A model with everything that travels with it: manifest and file contents.</summary>
/// <remarks>Immutable and thread-safe. Made by <see cref="Create"/> before registration, or opened from an <see cref="IModelSource"/>, which verifies bytes as they are read.</remarks>
public sealed class ModelPackage
{
    /// <summary>A manifest lists files, it does not hold them: one larger than this is not a manifest.</summary>
    internal const long MaximumManifestBytes = 16 * 1024 * 1024;

    private readonly Func<ModelFile, CancellationToken, Task<byte[]>> read;

    /// <summary>Wraps a manifest whose files are read, and verified, by <paramref name="read"/>.</summary>
    public ModelPackage(ModelManifest manifest, Func<ModelFile, CancellationToken, Task<byte[]>> read)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(read);
        Manifest = manifest;
        this.read = read;
        Digest = ArtifactDigest.Of(manifest.ToBytes());
    }

    /// <summary>What the package holds.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The digest of the canonical manifest: the package's identity.</summary>
    public ArtifactDigest Digest { get; }

    /// <summary>Makes a package from contents held in memory.</summary>
    /// <param name="runtime">What runs the model.</param>
    /// <param name="signature">Inputs and outputs.</param>
    /// <param name="files">Path, role, media type and content of each file; paths are unique.</param>
    /// <exception cref="InvalidModelPackageException">A path is unsafe or appears twice, or no file has the role <see cref="ModelFileRole.Model"/>.</exception>
    public static ModelPackage Create(ModelRuntime runtime, ModelSignature signature, params IEnumerable<ModelFileContent> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var contents = new Dictionary<string, ModelFileContent>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (!contents.TryAdd(file.Path, file))
            {
                throw new InvalidModelPackageException($"File '{file.Path}' appears twice.");
            }
        }

        if (!contents.Values.Any(f => f.Role == ModelFileRole.Model))
        {
            throw new InvalidModelPackageException("A package needs one file with the role 'model'.");
        }

        var manifest = new ModelManifest
        {
            Files = [.. contents.Values.Select(Describe).OrderBy(f => f.Path, StringComparer.Ordinal)],
            Runtime = runtime,
            Signature = signature,
        };
        return FromContents(manifest, contents);
    }

    /// <summary>Opens a package whose manifest and files are in an artifact store; every byte is verified as it is read.</summary>
    /// <param name="artifacts">The store.</param>
    /// <param name="manifest">The digest of the manifest.</param>
    /// <param name="cancellationToken">Cancels reading the manifest.</param>
    /// <exception cref="ArtifactNotFoundException">The manifest is not there.</exception>
    /// <exception cref="InvalidModelPackageException">It is no manifest.</exception>
    public static async Task<ModelPackage> OpenAsync(
        IArtifactStore artifacts,
        ArtifactDigest manifest,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(artifacts);
        var bytes = await artifacts.ReadBytesAsync(manifest, MaximumManifestBytes, cancellationToken).ConfigureAwait(false);
        return new(ModelManifest.FromBytes(bytes), ReadFileAsync);

        async Task<byte[]> ReadFileAsync(ModelFile file, CancellationToken cancel)
        {
            var content = await artifacts.ReadBytesAsync(file.GetDigest(), file.Size, cancel).ConfigureAwait(false);
            return content.LongLength == file.Size
                ? content
                : throw new InvalidModelPackageException(
                    $"File '{file.Path}' has {content.LongLength} bytes; the manifest says {file.Size}."
                );
        }
    }

    /// <summary>The same package with a changed manifest. The list of files must stay as it is; add files with <see cref="WithFile"/>.</summary>
    /// <exception cref="InvalidModelPackageException">The files changed.</exception>
    public ModelPackage With(Func<ModelManifest, ModelManifest> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var changed = change(Manifest);
        return changed.Files.SequenceEqual(Manifest.Files)
            ? new(changed, read)
            : throw new InvalidModelPackageException("The files of a package cannot be changed here.");
    }

    /// <summary>The same package with one more file.</summary>
    /// <exception cref="InvalidModelPackageException">The path is unsafe or taken.</exception>
    public ModelPackage WithFile(ModelFileContent file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (Manifest.Files.Any(f => string.Equals(f.Path, file.Path, StringComparison.Ordinal)))
        {
            throw new InvalidModelPackageException($"File '{file.Path}' appears twice.");
        }

        var added = Describe(file);
        var manifest = Manifest with { Files = [.. Manifest.Files.Append(added).OrderBy(f => f.Path, StringComparer.Ordinal)] };
        var rest = read;
        return new(manifest, (f, ct) => f == added ? Task.FromResult(file.Content.ToArray()) : rest(f, ct));
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidModelPackageException">The package has no such file.</exception>
    /// <exception cref="ArtifactCorruptException">The bytes do not match the manifest.</exception>
    public async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        var file =
            Manifest.Files.FirstOrDefault(f => string.Equals(f.Path, path, StringComparison.Ordinal))
            ?? throw new InvalidModelPackageException($"The package has no file '{path}'.");
        var bytes = await read(file, cancellationToken).ConfigureAwait(false);
        var actual = ArtifactDigest.Of(bytes);
        return actual == file.GetDigest() ? bytes : throw new ArtifactCorruptException(file.GetDigest(), actual);
    }

    private static ModelPackage FromContents(ModelManifest manifest, Dictionary<string, ModelFileContent> contents) =>
        new(manifest, (file, _) => Task.FromResult(contents[file.Path].Content.ToArray()));

    private static ModelFile Describe(ModelFileContent file)
    {
        var described = new ModelFile(
            file.Path,
            ArtifactDigest.Of(file.Content.Span).ToString(),
            file.Content.Length,
            file.MediaType,
            file.Role
        );
        described.Validate();
        return described;
    }
}
