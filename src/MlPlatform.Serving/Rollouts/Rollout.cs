using MlPlatform.Core;

namespace MlPlatform.Serving;

/// <summary>A version on its way to an alias, as it stood when it was read.</summary>
public sealed record Rollout
{
    /// <summary>Its id.</summary>
    public required RolloutId Id { get; init; }

    /// <summary>The new version.</summary>
    public required ModelVersionId Candidate { get; init; }

    /// <summary>The version that the alias pointed at when the rollout started; null for a first deployment.</summary>
    public int? Baseline { get; init; }

    /// <summary>How it goes.</summary>
    public required RolloutOptions Options { get; init; }

    /// <summary>Where it stands.</summary>
    public required RolloutState State { get; init; }

    /// <summary>The index of the present step, or of the last one; -1 before the first.</summary>
    public int Step { get; init; } = -1;

    /// <summary>When it started, in platform time.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the candidate got its first traffic, in platform time; null before that.</summary>
    public DateTimeOffset? TrafficAt { get; init; }

    /// <summary>When the present state or step began, in platform time.</summary>
    public required DateTimeOffset StepAt { get; init; }

    /// <summary>When it ended, in platform time; null while it is open.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it stands where it stands, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>The artifact of the last verdict that moved it (<see cref="GateResult"/>); null before the first.</summary>
    public ArtifactDigest? Evidence { get; init; }

    /// <summary>The row's tag.</summary>
    public ETag ETag { get; init; }

    /// <summary>Whether it goes on.</summary>
    public bool IsOpen => State is RolloutState.Pending or RolloutState.Shadow or RolloutState.Canary;

    /// <summary>The candidate's share of the requests, 0 to 1.</summary>
    public double Share =>
        State switch
        {
            RolloutState.Canary => Options.Steps[Step] / 100,
            RolloutState.Promoted => 1,
            _ => 0,
        };

    internal ETag AliasTag { get; init; }
}
