using System.Security.Cryptography.X509Certificates;

namespace MlPlatform.Registry.Internal;

internal static class CertificateChains
{
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3";

    /// <exception cref="ModelSignatureException">No trusted root has issued it, it was not valid then, or it is not for signing.</exception>
    public static void EnsureTrusted(
        X509Certificate2 leaf,
        IEnumerable<X509Certificate2> issuers,
        X509Certificate2Collection roots,
        DateTimeOffset at
    )
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.ExtraStore.AddRange(issuers.ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // Lists are fetched from addresses inside the certificates.
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = at.UtcDateTime;
        if (!chain.Build(leaf))
        {
            var problems = chain.ChainStatus.Select(s => s.StatusInformation.Trim().TrimEnd('.'));
            throw new ModelSignatureException($"Certificate '{leaf.Subject}' is not trusted: {string.Join("; ", problems)}.");
        }

        var signs = leaf.Extensions.OfType<X509KeyUsageExtension>().Any(u => u.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature));
        var signsCode = leaf
            .Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .Any(u => u.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Any(o => o.Value == CodeSigning));
        if (!signs && !signsCode)
        {
            throw new ModelSignatureException($"Certificate '{leaf.Subject}' is neither for digital signatures nor for code signing.");
        }
    }
}
