using System.Globalization;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

internal sealed class SizeGate(long maximumBytes) : IPromotionGate
{
    public string Name => "size";

    public string PolicyHash => string.Create(CultureInfo.InvariantCulture, $"size/{maximumBytes}");

    public bool ComparesWithBaseline => false;

    public Task<PromotionJudgement> EvaluateAsync(PromotionCandidate candidate, CancellationToken cancellationToken)
    {
        if (candidate.Package is not { } package)
        {
            return Task.FromResult(new PromotionJudgement(GateVerdict.Inconclusive, "It has no package to measure."));
        }

        var size = package.Manifest.Files.Sum(f => f.Size);
        var text = string.Create(CultureInfo.InvariantCulture, $"The files have {size} bytes; at most {maximumBytes} are allowed.");
        return Task.FromResult(size <= maximumBytes ? PromotionJudgement.Pass(text) : PromotionJudgement.Fail(text));
    }
}
