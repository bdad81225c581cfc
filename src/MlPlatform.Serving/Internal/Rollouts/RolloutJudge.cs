using System.Globalization;
using MathNet.Numerics;
using Microsoft.Extensions.Options;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Says whether a rollout's candidate does harm: by errors and run time, which Serving counts, and by what monitoring saw.</summary>
/// <remarks>
/// Errors are compared with a mixture likelihood ratio, which may be looked at as often as one likes: the chance that it ever
/// rejects two equal versions stays below alpha. Run times are compared only once there are enough of them, by a quantile that a few long
/// pauses do not move.
/// </remarks>
internal sealed class RolloutJudge(
    StepCountStore counts,
    Clocks clocks,
    IOptions<ServingOptions> options,
    IRolloutEvidence? evidence = null
)
{
    private const double PriorErrors = 0.5; // Quickest where few requests fail, as they do with most models.
    private const double PriorAnswers = 10;
    private const double LatencyQuantile = 0.95;
    private const long MinimumForLatency = 100;
    private const double MinimumForErrors = 10;
    private readonly ServingOptions options = options.Value;

    public async Task<GateResult> JudgeAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        var own = await CountAsync(rollout, cancellationToken).ConfigureAwait(false);
        if (evidence is null || own.Verdict == GateVerdict.Fail)
        {
            return own;
        }

        // Since the first traffic, not since the step: the evidence's alpha is for one sample that grows over the whole rollout.
        var other = await evidence
            .GetAsync(
                rollout.Candidate.Name,
                rollout.Candidate.Version,
                rollout.Baseline!.Value,
                rollout.TrafficAt!.Value,
                cancellationToken
            )
            .ConfigureAwait(false);
        return own with
        {
            Verdict =
                other.Verdict == GateVerdict.Fail ? GateVerdict.Fail
                : other.Verdict == GateVerdict.Pass ? own.Verdict
                : GateVerdict.Inconclusive,
            Reason = other.Verdict == GateVerdict.Fail ? other.Reason : $"{own.Reason} {other.Reason}",
            Evidence = [.. own.Evidence, .. other.Evidence],
            PolicyHash = other.PolicyHash,
            Seed = other.Seed,
        };
    }

    /// <summary>The verdict by Serving's own counts alone, which costs little.</summary>
    public async Task<GateResult> CountAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        var (all, step) = await counts.ReadAsync(rollout, cancellationToken).ConfigureAwait(false);
        return Traffic(rollout, all, step);
    }

    /// <summary>The verdict by Serving's own counts: over the whole rollout, and of the present step.</summary>
    internal GateResult Traffic(Rollout rollout, StepCounters all, StepCounters step)
    {
        var (errors, errorFailure) = Errors(all.Candidate, all.Baseline);
        var (latency, latencyFailure) = Latency(all.Candidate, all.Baseline);
        var requests = new GateEvidence("requests", step.Candidate.Requests)
        {
            Candidate = step.Candidate.Requests,
            Baseline = step.Baseline.Requests,
            Threshold = rollout.Options.MinimumRequests,
        };
        var (verdict, reason) =
            errorFailure
            ?? latencyFailure
            ?? (
                step.Candidate.Requests < rollout.Options.MinimumRequests
                    ? (
                        GateVerdict.Inconclusive,
                        Text($"{step.Candidate.Requests} requests in this step; {rollout.Options.MinimumRequests} are needed.")
                    )
                    : (GateVerdict.Pass, Text($"No more errors and no slower in {all.Candidate.Requests} requests."))
            );
        return new("rollout", rollout.Candidate.ToAsset(), verdict, reason, clocks.Platform.GetUtcNow())
        {
            Baseline = new(AssetKind.Model, rollout.Candidate.Name, rollout.Baseline),
            Evidence = [requests, errors, latency],
        };
    }

    private (GateEvidence, (GateVerdict, string)?) Errors(TrafficCounter candidate, TrafficCounter baseline)
    {
        double n1 = candidate.Requests;
        double n2 = baseline.Requests;
        var rate1 = n1 == 0 ? 0 : candidate.Errors / n1;
        var rate2 = n2 == 0 ? 0 : baseline.Errors / n2;
        var evidence = new GateEvidence("errorRate", candidate.Requests)
        {
            Candidate = rate1,
            Baseline = rate2,
            Estimate = rate2 - rate1,
            Level = 1 - options.RolloutErrorAlpha,
            Threshold = -options.RolloutErrorMargin,
        };
        return n1 >= MinimumForErrors && rate1 - rate2 > options.RolloutErrorMargin && Differs(candidate.Errors, n1, baseline.Errors, n2)
            ? (evidence, (GateVerdict.Fail, Text($"{rate1:P1} of the candidate's requests failed or gave no number, against {rate2:P1}.")))
            : (evidence, null);
    }

    /// <summary>
    /// The likelihood of two rates of their own, each mixed over a beta distribution, to the highest that one rate for both can give. Whatever that rate is, the
    /// ratio with it is a martingale that starts at 1, so that it ever comes to 1/alpha has a probability of at most alpha (Ville). Exact for few requests too,
    /// where a normal approximation takes two errors of a dozen for a proof.
    /// </summary>
    private bool Differs(double errors1, double n1, double errors2, double n2)
    {
        if (n2 == 0)
        {
            n2 = n1; // A baseline without traffic is taken to be without errors.
        }

        var pooled = (errors1 + errors2) / (n1 + n2);
        var one = LogLikelihood(pooled, errors1 + errors2, n1 + n2);
        return LogMixture(errors1, n1) + LogMixture(errors2, n2) - one >= -Math.Log(options.RolloutErrorAlpha);
    }

    private static double LogMixture(double errors, double n) =>
        SpecialFunctions.BetaLn(errors + PriorErrors, n - errors + PriorAnswers) - SpecialFunctions.BetaLn(PriorErrors, PriorAnswers);

    private static double LogLikelihood(double rate, double errors, double n) =>
        (errors == 0 ? 0 : errors * Math.Log(rate)) + (errors == n ? 0 : (n - errors) * Math.Log(1 - rate));

    private (GateEvidence, (GateVerdict, string)?) Latency(TrafficCounter candidate, TrafficCounter baseline)
    {
        var (slow1, slow2) = (Milliseconds(candidate), Milliseconds(baseline));
        var evidence = new GateEvidence("runTimeP95", candidate.Requests)
        {
            Candidate = slow1,
            Baseline = slow2,
            Estimate = slow2 - slow1,
            Threshold = options.RolloutLatencyRatio,
        };
        return
            candidate.Requests >= MinimumForLatency
            && baseline.Requests >= MinimumForLatency
            && slow1 > slow2 * options.RolloutLatencyRatio
            && slow1 - slow2 > 1
            ? (evidence, (GateVerdict.Fail, Text($"95 % of the candidate's runs take up to {slow1:0.##} ms, against {slow2:0.##} ms.")))
            : (evidence, null);
    }

    private static double Milliseconds(TrafficCounter counter) => counter.Quantile(LatencyQuantile) / TimeSpan.TicksPerMillisecond;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
