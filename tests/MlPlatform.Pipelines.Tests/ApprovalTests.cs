namespace MlPlatform.Pipelines.Tests;

public sealed class ApprovalTests
{
    [Fact]
    public async Task Approval_records_who_and_why_and_the_run_goes_on_by_itself()
    {
        await using var host = CreateHost();
        await host.StartAsync();
        var run = await host.Runner.WaitAsync(await host.RunAsync(), untilWaiting: true, PipelineHost.Cancel);
        Assert.Equal(PipelineRunState.Waiting, run.State);

        await host.Runner.ApproveAsync(run.Id, "sign", "better on every slice", PipelineHost.Cancel);
        run = await host.Runner.WaitAsync(run.Id, cancellationToken: PipelineHost.Cancel);

        Assert.Equal(PipelineRunState.Succeeded, run.State);
        var approval = await host.Runner.GetOutputAsync<Approval>(run.Id, "sign", PipelineHost.Cancel);
        Assert.Equal(
            ("person:ann", "better on every slice", run.Step("model").Output, PipelineHost.Start),
            (approval.Actor, approval.Reason, approval.Subject, approval.At)
        );
    }

    [Fact]
    public async Task Rejection_ends_the_run_as_gate_failed()
    {
        await using var host = CreateHost();
        var run = await host.SettleAsync();

        await host.Runner.RejectAsync(run.Id, "sign", "not now", PipelineHost.Cancel);
        run = await host.SettleRunAsync(run.Id);

        Assert.Equal((PipelineRunState.GateFailed, PipelineStepState.Skipped), (run.State, run.Step("after").State));
        Assert.Contains("not now", run.Step("sign").Error, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ApprovalRefusedException>(() =>
            host.Runner.ApproveAsync(run.Id, "sign", "yes after all", PipelineHost.Cancel)
        );
    }

    [Fact]
    public async Task Wrong_role_is_refused_and_the_question_stays()
    {
        await using var host = CreateHost();
        var run = await host.SettleAsync();
        host.Actor.Current = new(ActorKind.Person, "bob") { Roles = ["reader"] };

        var error = await Assert.ThrowsAsync<ApprovalRefusedException>(() =>
            host.Runner.ApproveAsync(run.Id, "sign", "please", PipelineHost.Cancel)
        );

        Assert.Contains("'owner'", error.Message, StringComparison.Ordinal);
        Assert.Equal(PipelineRunState.Waiting, (await host.SettleRunAsync(run.Id)).State);
    }

    [Fact]
    public async Task Approval_expires_by_platform_time()
    {
        await using var host = CreateHost();
        var run = await host.SettleAsync();
        host.Clock.Advance(TimeSpan.FromDays(3) - TimeSpan.FromSeconds(1));
        Assert.Equal(PipelineRunState.Waiting, (await host.SettleRunAsync(run.Id)).State);

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<ApprovalRefusedException>(() => host.Runner.ApproveAsync(run.Id, "sign", "late", PipelineHost.Cancel));
        run = await host.SettleRunAsync(run.Id);

        Assert.Equal((PipelineRunState.GateFailed, "expired"), (run.State, run.Step("sign").ErrorType));
    }

    [Fact]
    public async Task Approval_of_something_that_changed_is_refused()
    {
        await using var host = CreateHost();
        var run = await host.SettleAsync();
        await host.ExecuteAsync($"UPDATE pl_step SET output_digest = '{ArtifactDigest.Of("other"u8)}' WHERE name = 'model'");

        var error = await Assert.ThrowsAsync<ApprovalRefusedException>(() =>
            host.Runner.ApproveAsync(run.Id, "sign", "yes", PipelineHost.Cancel)
        );

        Assert.Contains("changed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Actor_is_the_one_of_the_call_and_not_of_whoever_used_the_database_first()
    {
        var actors = new AmbientActor();
        actors.Set(new(ActorKind.Person, "bob"));
        await using var host = CreateHost(c => c.AddSingleton<IActorAccessor>(actors));
        var run = await host.SettleAsync(); // The database's writer lives in bob's context from here on.
        actors.Set(new(ActorKind.Person, "ann") { Roles = ["owner"] });

        await host.Runner.ApproveAsync(run.Id, "sign", "better", PipelineHost.Cancel);
        var second = await host.SettleAsync();

        Assert.Equal("person:ann", (await host.Runner.GetOutputAsync<Approval>(run.Id, "sign", PipelineHost.Cancel)).Actor);
        Assert.Equal(("person:bob", "person:ann"), (run.Actor, second.Actor));
        Assert.Equal(["bob", "ann"], (await host.EventsAsync(EventTypes.PipelineStarted)).Select(e => e.Actor.Id));
    }

    private static PipelineHost CreateHost(Action<IServiceCollection>? configure = null) =>
        new(
            p =>
            {
                var model = p.Step("model", (_, _) => Task.FromResult("model-7"));
                var sign = p.Approve("sign", model, "owner", TimeSpan.FromDays(3));
                p.Step("after", sign, (_, a, _) => Task.FromResult(a.Actor));
            },
            configure: configure
        );
}
