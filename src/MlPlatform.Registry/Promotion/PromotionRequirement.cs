using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>One thing that a promotion asks for, and how it stands.</summary>
/// <param name="Name">The gate's name, or <c>approvals</c>.</param>
/// <param name="Verdict">How it stands.</param>
/// <param name="Reason">One sentence for the person who reads it.</param>
public sealed record PromotionRequirement(string Name, GateVerdict Verdict, string Reason)
{
    /// <summary>The artifact of the gate's result; null for approvals and for what was never checked.</summary>
    public ArtifactDigest? Evidence { get; init; }
}
