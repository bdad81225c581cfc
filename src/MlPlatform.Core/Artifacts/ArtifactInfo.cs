namespace MlPlatform.Core;

/// <summary>An artifact's name, size and age.</summary>
/// <param name="Digest">The SHA-256 digest of the bytes.</param>
/// <param name="Size">In bytes.</param>
/// <param name="StoredAt">When it was last stored, in work time.</param>
public sealed record ArtifactInfo(ArtifactDigest Digest, long Size, DateTimeOffset StoredAt);
