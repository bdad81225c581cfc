using MlPlatform.Core;

namespace MlPlatform.Registry;

/// <summary>What a promotion gate answers.</summary>
/// <param name="Verdict">Pass, Fail or Inconclusive.</param>
/// <param name="Reason">One sentence for the person who reads it.</param>
public sealed record PromotionJudgement(GateVerdict Verdict, string Reason)
{
    /// <summary>The measurements.</summary>
    public IReadOnlyList<GateEvidence> Evidence { get; init; } = [];

    /// <summary>Passes.</summary>
    public static PromotionJudgement Pass(string reason) => new(GateVerdict.Pass, reason);

    /// <summary>Fails.</summary>
    public static PromotionJudgement Fail(string reason) => new(GateVerdict.Fail, reason);
}
