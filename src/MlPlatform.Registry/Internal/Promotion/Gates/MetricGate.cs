using System.Globalization;
using MlPlatform.Core;

namespace MlPlatform.Registry.Internal;

/// <summary>Compares what the manifests say. It knows no sampling error; a comparison on the same rows is the business of a pipeline's gate.</summary>
internal sealed class MetricGate(string metric, double? limit, double? maximumLoss, bool higherIsBetter) : IPromotionGate
{
    public string Name => $"metric {metric}";

    public string PolicyHash => Text($"metric/{metric}/{limit:R}/{maximumLoss:R}/{higherIsBetter}");

    public bool ComparesWithBaseline => maximumLoss is not null;

    public Task<PromotionJudgement> EvaluateAsync(PromotionCandidate candidate, CancellationToken cancellationToken)
    {
        var baseline = Read(candidate.BaselinePackage);
        var judged = Read(candidate.Package) is { } value
            ? Judge(value, baseline, candidate.Baseline is not null) with
            {
                Evidence =
                [
                    new(metric, 1)
                    {
                        Candidate = value,
                        Baseline = baseline,
                        Threshold = limit,
                    },
                ],
            }
            : new(GateVerdict.Inconclusive, $"The package's manifest holds no finite metric '{metric}'.");
        return Task.FromResult(judged);
    }

    private PromotionJudgement Judge(double value, double? baseline, bool hasBaseline)
    {
        if (limit is { } bound && (higherIsBetter ? value < bound : value > bound))
        {
            return PromotionJudgement.Fail(
                Text($"{metric} is {value:G6}; {(higherIsBetter ? "at least" : "at most")} {bound:G6} is asked for.")
            );
        }

        if (maximumLoss is { } margin && hasBaseline)
        {
            if (baseline is not { } before)
            {
                return new(GateVerdict.Inconclusive, $"The version before has no finite metric '{metric}' to compare with.");
            }

            var loss = higherIsBetter ? before - value : value - before;
            if (loss > margin)
            {
                return PromotionJudgement.Fail(Text($"{metric} is {value:G6}, worse than {before:G6} by more than {margin:G6}."));
            }
        }

        return PromotionJudgement.Pass(Text($"{metric} is {value:G6}."));
    }

    private double? Read(ModelPackage? package) =>
        package is not null && package.Manifest.Metrics.TryGetValue(metric, out var value) && double.IsFinite(value) ? value : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
