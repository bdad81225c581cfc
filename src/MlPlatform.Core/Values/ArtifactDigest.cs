using System.Security.Cryptography;

namespace MlPlatform.Core;

/// <summary>The SHA-256 digest that names an artifact: <c>sha256:</c> and 64 lower-case hexadecimal digits.</summary>
/// <remarks>Equality is ordinal. The default value names nothing; <see cref="Hex"/> of it is empty.</remarks>
public readonly record struct ArtifactDigest
{
    private const string Prefix = "sha256:";
    private readonly string? hex;

    private ArtifactDigest(string hex) => this.hex = hex;

    /// <summary>The 64 digits without the prefix.</summary>
    public string Hex => hex ?? string.Empty;

    /// <summary>The digest of the given bytes.</summary>
    public static ArtifactDigest Of(ReadOnlySpan<byte> content) => FromHash(SHA256.HashData(content));

    /// <summary>Wraps a finished SHA-256 hash of 32 bytes.</summary>
    /// <exception cref="ArgumentException">The hash is not 32 bytes long.</exception>
    public static ArtifactDigest FromHash(ReadOnlySpan<byte> hash) =>
        hash.Length == SHA256.HashSizeInBytes
            ? new(Convert.ToHexStringLower(hash))
            : throw new ArgumentException($"A SHA-256 hash has 32 bytes, not {hash.Length}.", nameof(hash));

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is not a digest.</exception>
    public static ArtifactDigest Parse(string text) =>
        TryParse(text, out var digest)
            ? digest
            : throw new FormatException($"'{text}' is not a digest: 'sha256:' and 64 lower-case hexadecimal digits were expected.");

    /// <summary>Reads the text form; false if it is not one.</summary>
    public static bool TryParse(string? text, out ArtifactDigest digest)
    {
        digest = default;
        if (text is null || text.Length != Prefix.Length + 64 || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var c in text.AsSpan(Prefix.Length))
        {
            if (!char.IsAsciiHexDigitLower(c))
            {
                return false;
            }
        }

        digest = new(text[Prefix.Length..]);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => hex is null ? string.Empty : Prefix + hex;
}
