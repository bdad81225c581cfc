using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>Says what a model version is made of, for tools of the supply chain.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IModelBillsOfMaterials
{
    /// <summary>
    /// A bill of materials in CycloneDX 1.6, as JSON: the model with its signature, its metrics and what its card says; its files with their SHA-256; the
    /// data sets that it was trained on; the packages of the process that trained it. A section of the card that nobody wrote is left out.
    /// </summary>
    /// <returns>UTF-8. Equal but for the time stamp while nothing was added to the version.</returns>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    Task<byte[]> ExportAsync(ModelVersionId version, CancellationToken cancellationToken = default);
}
