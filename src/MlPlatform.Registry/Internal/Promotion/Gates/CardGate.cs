using System.Globalization;

namespace MlPlatform.Registry.Internal;

internal sealed class CardGate(double completeness) : IPromotionGate
{
    public string Name => "card";

    public string PolicyHash => string.Create(CultureInfo.InvariantCulture, $"card/{completeness:R}");

    public bool ComparesWithBaseline => false;

    public Task<PromotionJudgement> EvaluateAsync(PromotionCandidate candidate, CancellationToken cancellationToken) =>
        Task.FromResult(
            candidate.Card switch
            {
                null => PromotionJudgement.Fail("There is no model card."),
                { } card when card.Completeness >= completeness => PromotionJudgement.Pass("The model card is filled in."),
                { } card => PromotionJudgement.Fail($"The model card lacks: {string.Join(", ", card.Missing)}."),
            }
        );
}
