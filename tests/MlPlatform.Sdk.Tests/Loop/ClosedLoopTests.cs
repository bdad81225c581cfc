using System.Text.Json.Nodes;
using MlPlatform.Core;
using MlPlatform.Pipelines;
using MlPlatform.Serving;

namespace MlPlatform.Sdk.Tests;

public sealed class ClosedLoopTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("mlplatform-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task First_version_is_deployed_at_once_a_worse_one_is_refused_and_an_equal_one_goes_through_its_canary()
    {
        await using var host = new LoopHost(directory);
        var first = await host.RunAsync(new());
        Assert.Equal(PipelineRunState.Succeeded, first.State);
        Assert.Equal(1, await host.ChampionAsync());

        var worse = await host.RunAsync(new(Signal: 0));
        Assert.Equal(PipelineRunState.GateFailed, worse.State);
        Assert.Equal(PipelineStepState.Skipped, worse.Step("deploy").State);
        Assert.Equal(1, await host.ChampionAsync());
        var refused = await host.Platform.Events.ReadAsync(
            new() { Types = [EventTypes.GateChecked], Subject = new ModelVersionId(LoopPipeline.Model, 2).ToAsset() },
            Cancel
        );
        Assert.Equal("Fail", Assert.Single(refused).Payload.GetProperty("verdict").GetString());

        var equal = await host.RunAsync(new(Signal: 0.99));
        Assert.Equal(PipelineRunState.Waiting, equal.State);
        await host.AdvanceAsync(TimeSpan.Zero);
        await host.PredictAsync(600);
        await host.AdvanceAsync(TimeSpan.FromHours(2));

        Assert.Equal(3, await host.ChampionAsync());
        Assert.Equal(PipelineRunState.Succeeded, (await host.InfoAsync(equal.Id)).State);
        var outcome = await host.Platform.Pipelines.GetOutputAsync<RolloutOutcome>(equal.Id, "deploy", Cancel);
        Assert.Equal(RolloutState.Promoted, outcome.State);
        var history = await host.Platform.Models.GetAliasHistoryAsync(LoopPipeline.Model, "champion", Cancel);
        Assert.Equal([AliasMoveKind.Retrain, AliasMoveKind.Retrain], history.Select(h => h.Reason.Kind));
    }

    [Fact]
    public async Task Rollout_without_traffic_never_promotes()
    {
        await using var host = new LoopHost(directory);
        await host.RunAsync(new());
        var second = await host.RunAsync(new(Signal: 0.99));
        await host.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.Equal(PipelineRunState.Waiting, (await host.InfoAsync(second.Id)).State);
        await host.AdvanceAsync(TimeSpan.FromDays(2));

        Assert.Equal(1, await host.ChampionAsync());
        var outcome = await host.Platform.Pipelines.GetOutputAsync<RolloutOutcome>(second.Id, "deploy", Cancel);
        Assert.Equal(RolloutState.RolledBack, outcome.State);
        Assert.Contains("inconclusive", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deployment_does_not_take_an_earlier_rollout_of_the_version_for_its_own()
    {
        await using var host = new LoopHost(directory);
        await host.RunAsync(new());
        await host.RunAsync(new(Signal: 0.99));
        await host.AdvanceAsync(TimeSpan.Zero);
        await host.AdvanceAsync(TimeSpan.FromDays(2)); // Without traffic: rolled back.
        Assert.Null(await host.Platform.Rollouts.GetCurrentAsync(LoopPipeline.Model, Cancel));
        await host.AdvanceAsync(TimeSpan.FromDays(1));

        var answer = await host.DeployAsync(version: 2);

        Assert.False(answer.IsDone);
        Assert.Equal(2, (await host.Platform.Rollouts.GetCurrentAsync(LoopPipeline.Model, Cancel))!.Candidate.Version);
    }

    [Fact]
    public async Task Deployment_does_not_take_a_rollout_to_another_alias_for_its_own()
    {
        await using var host = new LoopHost(directory);
        await host.RunAsync(new());
        await host.RunAsync(new(Signal: 0)); // Version 2, which the gate refuses.
        var other = await host.Platform.Rollouts.StartAsync(LoopPipeline.Model, 2, new() { Alias = "challenger" }, Cancel);
        Assert.Equal(RolloutState.Promoted, other.State); // The first of its alias.

        var answer = await host.DeployAsync(version: 2);

        Assert.False(answer.IsDone);
        Assert.Equal(1, await host.ChampionAsync());
    }

    [Fact]
    public async Task Waiting_deployment_goes_on_in_another_process()
    {
        PipelineRunId waiting;
        await using (var host = new LoopHost(directory))
        {
            await host.RunAsync(new());
            waiting = (await host.RunAsync(new(Signal: 0.99))).Id;
        }

        await using var next = new LoopHost(directory);
        await next.AdvanceAsync(TimeSpan.FromMinutes(1));
        await next.PredictAsync(600);
        await next.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.Equal(2, await next.ChampionAsync());
        Assert.Equal(PipelineRunState.Succeeded, (await next.InfoAsync(waiting)).State);
        Assert.Single(await next.Platform.Rollouts.ListAsync(LoopPipeline.Model, Cancel), r => r.Candidate.Version == 2);
    }

    [Fact]
    public async Task Champion_that_changed_since_the_gate_stops_the_deployment()
    {
        await using var host = new LoopHost(directory);
        await host.RunAsync(new());
        var run = await host.RunAsync(new(Signal: 0.99, StealAlias: true));

        Assert.Equal(PipelineRunState.Failed, run.State);
        Assert.Equal(nameof(ChampionChangedException), run.Step("deploy").ErrorType?.Split('.')[^1]);
        Assert.Contains("judged against model:loop@v1", run.Step("deploy").Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alert_of_the_model_starts_the_pipeline_with_its_cause_and_others_do_not()
    {
        await using var host = new LoopHost(directory);
        await host.Platform.Pipelines.SettleAsync(Cancel); // A trigger looks at what happens from its registration on.
        await AlertAsync(host, "another-model", "Drift");
        await AlertAsync(host, LoopPipeline.Model, "DataQuality");
        await host.Platform.Pipelines.SettleAsync(Cancel);
        Assert.Empty(await host.Platform.Pipelines.ListRunsAsync(cancellationToken: Cancel));

        await AlertAsync(host, LoopPipeline.Model, "Performance");
        await host.Platform.Pipelines.SettleAsync(Cancel);
        var run = Assert.Single(await host.Platform.Pipelines.ListRunsAsync(cancellationToken: Cancel));
        var alert = (await host.Platform.Events.ReadAsync(new() { Types = [EventTypes.AlertOpened] }, Cancel))[^1];
        Assert.Equal(alert.Id, run.CauseId);
        Assert.Equal(PipelineRunState.Succeeded, run.State);

        // The cause goes on to the deployment: what went live answers which alert.
        var deployed = await host.Platform.Events.ReadAsync(new() { Types = [EventTypes.DeployActivated] }, Cancel);
        Assert.Equal(alert.Id, Assert.Single(deployed).CauseId);
    }

    /// <summary>Two processes promote at once: the alias moves by compare-and-set, so one wins and the other is told.</summary>
    [Fact]
    public async Task Of_two_processes_that_promote_at_once_one_is_told()
    {
        await using var one = new LoopHost(directory);
        await one.RunAsync(new());
        await one.RunAsync(new(Signal: 0));
        await using var two = new LoopHost(directory);
        var seen = (await two.Platform.Models.GetAliasAsync(LoopPipeline.Model, "champion", Cancel))!.ETag;
        var moves = await Task.WhenAll(
            new[] { one, two }.Select(async h =>
            {
                try
                {
                    await h.Platform.Models.SetAliasAsync(
                        LoopPipeline.Model,
                        "champion",
                        2,
                        seen,
                        new(AliasMoveKind.Human, "mine"),
                        Cancel
                    );
                    return true;
                }
                catch (ConcurrencyConflictException e)
                {
                    Assert.NotEqual(e.Expected, e.Actual);
                    return false;
                }
            })
        );
        Assert.Single(moves, m => m);
    }

    private static Task AlertAsync(LoopHost host, string model, string kind) =>
        host.Get<IMetadataDatabase>()
            .WriteAsync(
                Durability.Process,
                work =>
                {
                    work.Append(
                        new(EventTypes.AlertOpened, new(AssetKind.Monitor, model))
                        {
                            Payload = new JsonObject { ["model"] = model, ["kind"] = kind },
                        }
                    );
                    return Task.CompletedTask;
                },
                Cancel
            );
}
