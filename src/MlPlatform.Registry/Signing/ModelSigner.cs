using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MlPlatform.Core;
using MlPlatform.Registry.Internal;

namespace MlPlatform.Registry;

/// <summary>Signs models with a key or a certificate, in the format of the OpenSSF Model Signing specification 1.0.</summary>
/// <remarks>
/// The result is a Sigstore bundle (version 0.3) with a DSSE envelope around an in-toto statement that lists every file with its SHA-256: what
/// <c>model_signing sign key</c> and <c>sign certificate</c> of the reference implementation write. Keys are ECDSA keys on P-256, P-384 or P-521. Thread-safe.
/// </remarks>
public sealed class ModelSigner : IDisposable
{
    private readonly ECDsa key;
    private readonly X509Certificate2[] chain;

    private ModelSigner(ECDsa key, X509Certificate2[] chain)
    {
        EcKeys.Check(key);
        this.key = key;
        this.chain = chain;
    }

    /// <summary>Signs with a private key in PEM form.</summary>
    /// <param name="privateKey">The text, <c>-----BEGIN ... PRIVATE KEY-----</c>.</param>
    /// <param name="password">The password of an encrypted key.</param>
    /// <exception cref="ArgumentException">The text holds no such key, or the curve is another.</exception>
    /// <exception cref="CryptographicException">The password is wrong.</exception>
    public static ModelSigner FromPem(string privateKey, string? password = null)
    {
        ArgumentNullException.ThrowIfNull(privateKey);
        var key = ECDsa.Create();
        try
        {
            if (password is null)
            {
                key.ImportFromPem(privateKey);
            }
            else
            {
                key.ImportFromEncryptedPem(privateKey, password);
            }

            return new(key, []);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Signs with a certificate and its private key.</summary>
    /// <param name="certificate">The certificate, with its private key; for digital signatures or code signing.</param>
    /// <param name="issuers">The certificates between it and the trusted root, nearest first.</param>
    /// <exception cref="ArgumentException">It has no private key on a supported curve.</exception>
    public static ModelSigner FromCertificate(X509Certificate2 certificate, params IEnumerable<X509Certificate2> issuers)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(issuers);
        var key =
            certificate.GetECDsaPrivateKey()
            ?? throw new ArgumentException("The certificate has no private key on an elliptic curve.", nameof(certificate));
        return new(key, [certificate, .. issuers]);
    }

    /// <summary>Signs a package: its files and its manifest, as <see cref="ModelArchive"/> lays them out.</summary>
    /// <param name="name">What the model is called, for whoever reads the signature.</param>
    /// <param name="package">The package.</param>
    public byte[] Sign(string name, ModelPackage package)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(package);
        return Sign(SignedStatement.Of(name, SignedFiles.Of(package), []));
    }

    /// <summary>Signs the files of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="ignore">Files and folders that are not signed, relative to the folder, beside those of git and <see cref="ModelArchive.SignaturePath"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ModelSignatureException">The folder is empty, or holds a link.</exception>
    public async Task<byte[]> SignFolderAsync(
        string folder,
        IEnumerable<string>? ignore = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        string[] ignored = [.. SignedFiles.AlwaysIgnored, .. ignore ?? []];
        var files = await SignedFiles.OfFolderAsync(folder, ignored, cancellationToken).ConfigureAwait(false);
        return Sign(SignedStatement.Of(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), files, ignored));
    }

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    private byte[] Sign(byte[] statement)
    {
        byte[] signature;
        lock (key) // Keys of the platform's libraries are not thread-safe.
        {
            signature = key.SignData(DsseEnvelope.Encode(statement), EcKeys.HashOf(key), DSASignatureFormat.Rfc3279DerSequence);
        }

        return DsseEnvelope.Write(statement, signature, key, chain);
    }
}
