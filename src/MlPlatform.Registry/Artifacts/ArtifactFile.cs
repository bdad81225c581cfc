using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A file of a run.</summary>
/// <param name="Path">Relative, with <c>/</c>.</param>
/// <param name="Digest">Its bytes in the artifact store.</param>
/// <param name="Size">In bytes.</param>
public sealed record RunArtifact(string Path, ArtifactDigest Digest, long Size);
