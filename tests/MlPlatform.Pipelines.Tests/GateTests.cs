namespace MlPlatform.Pipelines.Tests;

public sealed class GateTests
{
    [Theory]
    [InlineData(GateVerdict.Pass, PipelineRunState.Succeeded, PipelineStepState.Succeeded)]
    [InlineData(GateVerdict.Fail, PipelineRunState.GateFailed, PipelineStepState.Skipped)]
    [InlineData(GateVerdict.Inconclusive, PipelineRunState.GateFailed, PipelineStepState.Skipped)]
    public async Task Only_a_pass_goes_on_and_the_evidence_is_kept_either_way(
        GateVerdict verdict,
        PipelineRunState run,
        PipelineStepState after
    )
    {
        await using var host = new PipelineHost(p =>
        {
            var score = p.Step("score", (c, _) => Task.FromResult(c.Params.Value));
            var gate = p.Gate("gate", score, (c, x, _) => Task.FromResult(Result(verdict, x, c.AsOf)));
            p.Step("after", gate, (_, g, _) => Task.FromResult(g.Reason));
            p.Step("beside", (_, _) => Task.FromResult(1));
        });

        var info = await host.SettleAsync(new(9));

        Assert.Equal((run, after, PipelineStepState.Succeeded), (info.State, info.Step("after").State, info.Step("beside").State));
        var stored = await host.Runner.GetOutputAsync<GateResult>(info.Id, "gate", PipelineHost.Cancel);
        Assert.Equal((verdict, "9 rows"), (stored.Verdict, stored.Reason));
        var checkedEvent = Assert.Single(await host.EventsAsync(EventTypes.GateChecked));
        var evidence = ArtifactDigest.Parse(checkedEvent.Payload.GetProperty("evidence").GetString()!);
        Assert.Equal(
            verdict,
            GateResult.FromBytes(await host.Get<IArtifactStore>().ReadBytesAsync(evidence, cancellationToken: PipelineHost.Cancel)).Verdict
        );
        Assert.Equal(1, await host.CountAsync($"SELECT COUNT(*) FROM core_artifact_ref WHERE digest = '{evidence}'"));
    }

    private static GateResult Result(GateVerdict verdict, int n, DateTimeOffset at) =>
        new("quality", new(AssetKind.Dataset, "d"), verdict, $"{n} rows", at);
}
