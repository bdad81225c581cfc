using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>The signatures of model versions.</summary>
/// <remarks>
/// Thread-safe. A signature is over the files of the package and its manifest, in the format of the OpenSSF Model Signing specification; the folder that
/// <see cref="ModelArchive.WriteFolderAsync"/> writes is verified by that specification's own tools. Who is trusted, and for which models a signature is
/// needed, is said in <see cref="RegistryOptions"/>.
/// </remarks>
public interface IModelSignatures
{
    /// <summary>Signs a version and stores the signature.</summary>
    /// <returns>The signature, a Sigstore bundle.</returns>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    /// <exception cref="InvalidModelPackageException">The version has no package.</exception>
    Task<byte[]> SignAsync(ModelVersionId version, ModelSigner signer, CancellationToken cancellationToken = default);

    /// <summary>Stores a signature that was made elsewhere. It is not verified: who is trusted may differ where the model is used.</summary>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    /// <exception cref="ModelSignatureException">The bytes are no signature.</exception>
    Task AddAsync(ModelVersionId version, ReadOnlyMemory<byte> signature, CancellationToken cancellationToken = default);

    /// <summary>The signatures of a version, oldest first, unverified.</summary>
    Task<IReadOnlyList<byte[]>> ListAsync(ModelVersionId version, CancellationToken cancellationToken = default);

    /// <summary>Those signatures of a version that hold and are by somebody who is trusted.</summary>
    /// <exception cref="AssetNotFoundException">No such version.</exception>
    Task<IReadOnlyList<VerifiedSignature>> VerifyAsync(ModelVersionId version, CancellationToken cancellationToken = default);
}
