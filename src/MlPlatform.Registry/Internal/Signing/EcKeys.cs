using System.Security.Cryptography;
using System.Text;

namespace MlPlatform.Registry.Internal;

internal static class EcKeys
{
    public static void Check(ECDsa key) => _ = HashOf(key);

    /// <summary>The hash that goes with a curve in the format.</summary>
    public static HashAlgorithmName HashOf(ECDsa key) =>
        key.KeySize switch
        {
            256 => HashAlgorithmName.SHA256,
            384 => HashAlgorithmName.SHA384,
            521 => HashAlgorithmName.SHA512,
            var size => throw new ArgumentException($"A key of {size} bits is not supported; P-256, P-384 and P-521 are.", nameof(key)),
        };

    /// <summary>SHA-256 of the public key's PEM text with its last line ended, which is how the format names keys.</summary>
    public static string FingerprintOf(ECDsa key) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n")));
}
