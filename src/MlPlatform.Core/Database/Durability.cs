namespace MlPlatform.Core;

/// <summary>What a committed write survives.</summary>
public enum Durability
{
    /// <summary>A killed process. The default.</summary>
    Process,

    /// <summary>A power loss too: for versions, aliases, promotions, approvals, rollouts, deletions.</summary>
    Power,
}
