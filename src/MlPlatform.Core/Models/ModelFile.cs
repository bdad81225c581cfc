namespace MlPlatform.Core;

/// <summary>A file of a model package.</summary>
/// <param name="Path">Relative, with <c>/</c>, without empty, <c>.</c> or <c>..</c> segments.</param>
/// <param name="Digest">The digest of its bytes, in text form.</param>
/// <param name="Size">In bytes.</param>
/// <param name="MediaType">For example <c>application/onnx</c>.</param>
/// <param name="Role">What it is for.</param>
public sealed record ModelFile(string Path, string Digest, long Size, string MediaType, ModelFileRole Role)
{
    /// <summary>The digest as a value.</summary>
    public ArtifactDigest GetDigest() => ArtifactDigest.Parse(Digest);

    internal void Validate()
    {
        if (!IsSafePath(Path))
        {
            throw new InvalidModelPackageException(
                $"File path '{Path}' is not allowed: relative, with '/', without '.', '..', '\\' or control characters."
            );
        }

        if (!ArtifactDigest.TryParse(Digest, out _) || Size < 0)
        {
            throw new InvalidModelPackageException($"File '{Path}' has no valid digest and size.");
        }
    }

    internal static bool IsSafePath(string path) =>
        !string.IsNullOrEmpty(path)
        && path.Length <= 1024
        && !path.Contains('\\', StringComparison.Ordinal)
        && !path.Contains(':', StringComparison.Ordinal)
        && !path.Any(char.IsControl)
        && path.Split('/').All(s => s.Length > 0 && s is not ("." or "..") && !s.EndsWith(' ') && !s.EndsWith('.'));
}
