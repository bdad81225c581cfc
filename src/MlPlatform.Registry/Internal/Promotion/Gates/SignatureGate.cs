using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class SignatureGate(bool allowWidened) : IPromotionGate
{
    public string Name => "signature";

    public string PolicyHash => $"signature/{(allowWidened ? "widened" : "identical")}";

    public bool ComparesWithBaseline => true;

    public Task<PromotionJudgement> EvaluateAsync(PromotionCandidate candidate, CancellationToken cancellationToken) =>
        Task.FromResult(Judge(candidate));

    private PromotionJudgement Judge(PromotionCandidate candidate)
    {
        if (candidate.Baseline is null)
        {
            return PromotionJudgement.Pass("There is no version before it to be compatible with.");
        }

        if (candidate is not { Package.Manifest.Signature: { } signature, BaselinePackage.Manifest.Signature: { } before })
        {
            return new(GateVerdict.Inconclusive, "One of the two versions has no package, hence no signature.");
        }

        var breaking = SignatureDifference.Breaking(before, signature);
        if (breaking.Count > 0)
        {
            return PromotionJudgement.Fail($"Callers of {candidate.Baseline.Id} would break: {string.Join("; ", breaking)}.");
        }

        return signature.Equals(before) ? PromotionJudgement.Pass("The signature is the same.")
            : allowWidened ? PromotionJudgement.Pass("The signature is wider; callers of the version before can call it.")
            : PromotionJudgement.Fail("The signature is not the same.");
    }
}
