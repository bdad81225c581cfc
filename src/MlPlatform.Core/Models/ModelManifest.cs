using System.Text.Json;
using MlPlatform.Core.Internal;

namespace MlPlatform.Core;

/// <summary>What a model package holds: its files by digest, its runtime, its signature, where it came from. Immutable, and an artifact itself.</summary>
public sealed record ModelManifest
{
    /// <summary>The media type of a manifest.</summary>
    public const string MediaType = "application/vnd.mlplatform.model+json";

    /// <summary>The version of this format: 1.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The files, sorted by path in ordinal order.</summary>
    public required IReadOnlyList<ModelFile> Files { get; init; }

    /// <summary>What runs the model.</summary>
    public required ModelRuntime Runtime { get; init; }

    /// <summary>Inputs and outputs.</summary>
    public required ModelSignature Signature { get; init; }

    /// <summary>Where the model came from.</summary>
    public ModelProvenance Provenance { get; init; } = new();

    /// <summary>Metrics of the evaluation that the package was made after.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>The canonical bytes whose digest a version points at.</summary>
    public byte[] ToBytes() => CanonicalJson.Serialize(JsonSerializer.SerializeToNode(this, CoreJson.Default.ModelManifest));

    /// <summary>Reads and checks a manifest.</summary>
    /// <exception cref="InvalidModelPackageException">The bytes are not a valid manifest.</exception>
    public static ModelManifest FromBytes(ReadOnlySpan<byte> bytes)
    {
        ModelManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(bytes, CoreJson.Default.ModelManifest);
        }
        catch (JsonException e)
        {
            throw new InvalidModelPackageException($"The manifest is not valid JSON: {e.Message}", e);
        }

        if (manifest is null || manifest.Format != 1)
        {
            throw new InvalidModelPackageException($"The manifest has format {manifest?.Format}; this version reads format 1.");
        }

        // The serializer lets null through where the types say that there is none.
        if (
            manifest
                is not {
                    Files: not null,
                    Runtime: not null,
                    Signature: { Inputs: not null, Outputs: not null },
                    Provenance: not null,
                    Metrics: not null
                }
            || manifest.Files.Contains(null!)
        )
        {
            throw new InvalidModelPackageException(
                "The manifest has null where files, runtime, signature, provenance or metrics were expected."
            );
        }

        foreach (var file in manifest.Files)
        {
            file.Validate();
        }

        if (manifest.Files.DistinctBy(f => f.Path, StringComparer.Ordinal).Count() < manifest.Files.Count)
        {
            throw new InvalidModelPackageException("The manifest names a file twice.");
        }

        return manifest;
    }

    /// <summary>The only file of a role, or null.</summary>
    public ModelFile? Find(ModelFileRole role) => Files.FirstOrDefault(f => f.Role == role);
}
