namespace MlPlatform.Pipelines;

/// <summary>That a person said yes, to what and why.</summary>
/// <param name="Actor">Who: <c>kind:id</c>.</param>
/// <param name="Reason">Why.</param>
/// <param name="Subject">The digest of what was approved.</param>
/// <param name="At">When, in platform time.</param>
public sealed record Approval(string Actor, string Reason, ArtifactDigest Subject, DateTimeOffset At);
