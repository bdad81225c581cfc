using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Whom the options trust, read from their files once.</summary>
internal sealed class TrustedSigners(IOptions<RegistryOptions> options)
{
    private readonly Lazy<ModelVerifier> verifier = new(() => Load(options.Value));

    public ModelVerifier Verifier => verifier.Value;

    public bool AreNeededFor(string model) =>
        options.Value.RequireSignature.Any(m => m == "*" || string.Equals(m, model, StringComparison.Ordinal));

    private static ModelVerifier Load(RegistryOptions options)
    {
        var verifier = new ModelVerifier();
        foreach (var path in options.TrustedKeys)
        {
            Read(nameof(options.TrustedKeys), path, () => verifier.TrustKey(File.ReadAllText(path)));
        }

        foreach (var path in options.TrustedRoots)
        {
            Read(nameof(options.TrustedRoots), path, () => verifier.TrustRoot(X509Certificate2.CreateFromPem(File.ReadAllText(path))));
        }

        return verifier;
    }

    private static void Read(string option, string path, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new MlPlatformException($"{RegistryOptions.Section}:{option}: '{path}' cannot be used: {e.Message}", e);
        }
    }
}
