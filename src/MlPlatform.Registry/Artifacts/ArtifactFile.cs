using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>A file of a run or a logged model.</summary>
/// <param name="Path">Where it lies in its tree, with <c>/</c>.</param>
/// <param name="Digest">Its bytes in the artifact store; null when another server keeps the file and does not say.</param>
/// <param name="Size">In bytes.</param>
public sealed record ArtifactFile(string Path, ArtifactDigest? Digest, long Size);
