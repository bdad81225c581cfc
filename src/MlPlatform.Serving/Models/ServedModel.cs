using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>What one reference answers with.</summary>
/// <param name="Reference">The reference, <c>name@alias</c> or <c>name@vN</c>.</param>
/// <param name="Version">The version that serves by default; null when none could be loaded yet.</param>
/// <param name="Candidate">The version of a rollout that gets a share or copies of the requests, if any.</param>
/// <param name="Share">The candidate's share of the requests, 0 to 1.</param>
/// <param name="Error">Why the last load failed; null when it did not.</param>
public sealed record ServedModel(string Reference, ModelVersionId? Version, ModelVersionId? Candidate, double Share, string? Error);
