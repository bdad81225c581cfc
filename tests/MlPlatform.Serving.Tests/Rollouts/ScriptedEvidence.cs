using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

/// <summary>Answers what the test says.</summary>
internal sealed class ScriptedEvidence : IRolloutEvidence
{
    public GateVerdict Verdict { get; set; } = GateVerdict.Pass;

    public DateTimeOffset? Since { get; private set; }

    public Task<GateResult> GetAsync(
        string model,
        int candidate,
        int baseline,
        DateTimeOffset since,
        CancellationToken cancellationToken = default
    )
    {
        Since = since;
        return Task.FromResult(new GateResult("rollout", new(AssetKind.Model, model, candidate), Verdict, $"Scripted {Verdict}.", since));
    }
}
