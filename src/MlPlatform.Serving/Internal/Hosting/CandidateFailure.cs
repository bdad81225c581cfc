namespace MlPlatform.Serving.Internal;

/// <summary>The open rollout whose candidate a process could not load, and why.</summary>
internal sealed record CandidateFailure(Rollout Rollout, Exception Exception);
