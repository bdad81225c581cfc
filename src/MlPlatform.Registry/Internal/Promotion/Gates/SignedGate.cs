namespace MlPlatform.Registry.Internal;

internal sealed class SignedGate : IPromotionGate
{
    public string Name => "signed";

    public string PolicyHash => "signed";

    public bool ComparesWithBaseline => false;

    public Task<PromotionJudgement> EvaluateAsync(PromotionCandidate candidate, CancellationToken cancellationToken) =>
        Task.FromResult(
            candidate.Signers.Count > 0
                ? PromotionJudgement.Pass($"Signed by {string.Join(", ", candidate.Signers)}.")
                : PromotionJudgement.Fail("No trusted signer has signed it.")
        );
}
