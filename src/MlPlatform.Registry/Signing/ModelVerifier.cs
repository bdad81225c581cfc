using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MlPlatform.Core;
using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry;

/// <summary>Verifies signatures in the format of the OpenSSF Model Signing specification 1.0, against keys and root certificates that are trusted.</summary>
/// <remarks>
/// Signatures with a key and with a certificate, method <c>files</c>, hash <c>sha256</c>. Keyless signatures (method <c>sigstore</c>) need the public
/// transparency log and are refused. Thread-safe once it is set up.
/// </remarks>
public sealed class ModelVerifier
{
    private readonly List<(ECDsa Key, string Fingerprint)> keys = [];
    private readonly X509Certificate2Collection roots = [];

    /// <summary>Whether anybody is trusted.</summary>
    public bool TrustsAnybody => keys.Count > 0 || roots.Count > 0;

    /// <summary>Trusts whoever has the private key to a public key in PEM form.</summary>
    /// <exception cref="ArgumentException">The text holds no ECDSA key on P-256, P-384 or P-521.</exception>
    public ModelVerifier TrustKey(string publicKey)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        var key = ECDsa.Create();
        key.ImportFromPem(publicKey);
        EcKeys.Check(key);
        keys.Add((key, EcKeys.FingerprintOf(key)));
        return this;
    }

    /// <summary>Trusts certificates that a root has issued, for digital signatures or code signing.</summary>
    public ModelVerifier TrustRoot(X509Certificate2 root)
    {
        ArgumentNullException.ThrowIfNull(root);
        roots.Add(root);
        return this;
    }

    /// <summary>Verifies that a trusted signer signed a package as it is: every file, no file more, and its manifest.</summary>
    /// <param name="signature">The bundle.</param>
    /// <param name="package">The package; its bytes are verified by its manifest when they are read.</param>
    /// <param name="at">When certificates must be valid.</param>
    /// <exception cref="ModelSignatureException">It does not hold.</exception>
    public VerifiedSignature Verify(ReadOnlySpan<byte> signature, ModelPackage package, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(package);
        var (statement, signer) = Open(signature, at);
        SignedFiles.EnsureSame(statement.Files, SignedFiles.Of(package));
        return new(signer, statement.ModelName, statement.Files);
    }

    /// <summary>Verifies that a trusted signer signed the files of a folder as they are.</summary>
    /// <param name="signature">The bundle.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="at">When certificates must be valid.</param>
    /// <param name="ignore">Files and folders that need not be signed, beside those that the signature says and those of git.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ModelSignatureException">It does not hold.</exception>
    public async Task<VerifiedSignature> VerifyFolderAsync(
        ReadOnlyMemory<byte> signature,
        string folder,
        DateTimeOffset at,
        IEnumerable<string>? ignore = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var (statement, signer) = Open(signature.Span, at);
        string[] ignored = [.. SignedFiles.AlwaysIgnored, .. statement.IgnoredPaths, .. ignore ?? []];
        var files = await SignedFiles.OfFolderAsync(folder, ignored, cancellationToken).ConfigureAwait(false);
        SignedFiles.EnsureSame(statement.Files, files);
        return new(signer, statement.ModelName, statement.Files);
    }

    private (SignedStatement Statement, string Signer) Open(ReadOnlySpan<byte> signature, DateTimeOffset at)
    {
        var envelope = DsseEnvelope.Parse(signature);
        var signer = envelope.Certificates.Count > 0 ? VerifyByCertificate(envelope, at) : VerifyByKey(envelope);
        return (SignedStatement.Parse(envelope.Payload), signer); // Only what is signed is looked into.
    }

    private string VerifyByKey(DsseEnvelope envelope)
    {
        foreach (var (key, fingerprint) in keys)
        {
            if (envelope.KeyHint is { } hint && !string.Equals(hint, fingerprint, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            if (envelope.IsSignedBy(key))
            {
                return $"key:{fingerprint}";
            }
        }

        throw new ModelSignatureException(
            envelope.KeyHint is { } named && !keys.Any(k => string.Equals(k.Fingerprint, named, StringComparison.OrdinalIgnoreCase))
                ? $"The signature is by key {named}, which is not trusted."
                : "The signature does not hold for any trusted key: it is somebody else's, or what was signed has changed."
        );
    }

    private string VerifyByCertificate(DsseEnvelope envelope, DateTimeOffset at)
    {
        var leaf = envelope.Certificates[0];
        if (roots.Count == 0)
        {
            throw new ModelSignatureException($"The signature is by certificate '{leaf.Subject}', and no root certificate is trusted.");
        }

        CertificateChains.EnsureTrusted(leaf, envelope.Certificates.Skip(1), roots, at);
        using var key =
            leaf.GetECDsaPublicKey() ?? throw new ModelSignatureException($"Certificate '{leaf.Subject}' has no key on an elliptic curve.");
        return envelope.IsSignedBy(key)
            ? $"certificate:{leaf.Subject}"
            : throw new ModelSignatureException(
                $"The signature does not hold for its certificate '{leaf.Subject}': what was signed has changed."
            );
    }
}
