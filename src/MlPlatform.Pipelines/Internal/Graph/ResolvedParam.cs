namespace MlPlatform.Pipelines.Internal;

/// <summary>A parameter in force.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Digest">The digest of its value.</param>
/// <param name="IsDefault">Whether it has the value that it has when nothing is given.</param>
/// <param name="IsGiven">Whether whoever started the run gave it.</param>
internal sealed record ResolvedParam(string Name, ArtifactDigest Digest, bool IsDefault, bool IsGiven);
