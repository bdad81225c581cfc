namespace MlPlatform.Serving;

/// <summary>Where a rollout stands.</summary>
public enum RolloutState
{
    /// <summary>Started; the candidate has not been loaded yet and gets no traffic.</summary>
    Pending,

    /// <summary>The candidate gets copies of the requests, whose answers nobody sees.</summary>
    Shadow,

    /// <summary>The candidate answers a share of the requests.</summary>
    Canary,

    /// <summary>Ended: the alias points at the candidate.</summary>
    Promoted,

    /// <summary>Ended: the candidate gets nothing any more, the alias has not moved.</summary>
    RolledBack,

    /// <summary>Ended: somebody moved the alias meanwhile, so the comparison had lost its meaning.</summary>
    Superseded,
}
