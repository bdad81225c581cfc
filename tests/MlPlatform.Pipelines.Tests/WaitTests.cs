namespace MlPlatform.Pipelines.Tests;

public sealed class WaitTests
{
    [Fact]
    public async Task Wait_checks_again_when_its_platform_time_has_come_and_holds_nothing_until_then()
    {
        var checks = 0;
        await using var host = new PipelineHost(p =>
        {
            var start = p.Step("start", (c, _) => Task.FromResult(c.AsOf));
            p.Wait(
                "hold",
                start,
                (c, at, _) =>
                {
                    checks++;
                    var due = at.AddMinutes(15);
                    return Task.FromResult(
                        c.Services.GetRequiredService<Clocks>().Platform.GetUtcNow() >= due
                            ? WaitResult.Done(checks)
                            : WaitResult.Until<int>(due)
                    );
                }
            );
        });

        var run = await host.SettleAsync();
        Assert.Equal((PipelineRunState.Waiting, 1), (run.State, checks));
        Assert.Equal(0, await host.CountAsync("SELECT COUNT(*) FROM pl_step WHERE lease_owner IS NOT NULL"));
        host.Clock.Advance(TimeSpan.FromMinutes(14));
        Assert.Equal((PipelineRunState.Waiting, 1), ((await host.SettleRunAsync(run.Id)).State, checks));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        run = await host.SettleRunAsync(run.Id);

        Assert.Equal(
            (PipelineRunState.Succeeded, 2, 1),
            (run.State, await host.Runner.GetOutputAsync<int>(run.Id, "hold", PipelineHost.Cancel), run.Step("hold").Attempt)
        );
    }

    [Fact]
    public async Task Wait_wakes_for_its_event_and_subject_only()
    {
        var (mine, other) = (new AssetRef(AssetKind.Rollout, "r1"), new AssetRef(AssetKind.Rollout, "r2"));
        var checks = 0;
        await using var host = new PipelineHost(p =>
        {
            var start = p.Step("start", (_, _) => Task.FromResult(0));
            p.Wait(
                "rollout",
                start,
                (_, _, _) =>
                    Task.FromResult(++checks < 2 ? WaitResult.OnEvent<string>([EventTypes.RolloutEnded], mine) : WaitResult.Done("ended"))
            );
        });
        var run = await host.SettleAsync();

        await host.AppendAsync(new(EventTypes.RolloutEnded, other));
        await host.AppendAsync(new(EventTypes.RolloutStepped, mine));
        Assert.Equal((PipelineRunState.Waiting, 1), ((await host.SettleRunAsync(run.Id)).State, checks));
        await host.AppendAsync(new(EventTypes.RolloutEnded, mine));
        run = await host.SettleRunAsync(run.Id);

        Assert.Equal((PipelineRunState.Succeeded, 2), (run.State, checks));
    }

    [Fact]
    public async Task Event_that_comes_while_the_check_runs_is_not_missed()
    {
        var subject = new AssetRef(AssetKind.Rollout, "r1");
        PipelineHost? host = null;
        var checks = 0;
        host = new PipelineHost(p =>
        {
            var start = p.Step("start", (_, _) => Task.FromResult(0));
            p.Wait(
                "rollout",
                start,
                async (_, _, _) =>
                {
                    if (++checks == 2)
                    {
                        return WaitResult.Done(checks);
                    }

                    await host!.AppendAsync(new(EventTypes.RolloutEnded, subject)); // After the look, before the sleep.
                    return WaitResult.OnEvent<int>([EventTypes.RolloutEnded], subject);
                }
            );
        });
        await using (host)
        {
            Assert.Equal(PipelineRunState.Succeeded, (await host.SettleAsync()).State);
        }
    }

    [Fact]
    public async Task Step_that_would_go_on_later_is_cancelled_when_its_run_was_meanwhile()
    {
        await using var host = new PipelineHost(
            p =>
            {
                var start = p.Step("start", (_, _) => Task.FromResult(0));
                p.Wait(
                    "hold",
                    start,
                    async (c, _, _) =>
                    {
                        await c.Services.GetRequiredService<IPipelineRunner>().CancelAsync(c.RunId, CancellationToken.None);
                        return WaitResult.Until<int>(c.AsOf.AddDays(1));
                    }
                );
                p.Step<int, int>(
                        "retried",
                        start,
                        async (c, _, _) =>
                        {
                            await c.Services.GetRequiredService<IPipelineRunner>().CancelAsync(c.RunId, CancellationToken.None);
                            throw new IOException("again");
                        }
                    )
                    .Retry(1000, Backoff.None);
            },
            options: o => (o.Poll, o.Lease) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5))
        );

        Assert.Equal(PipelineRunState.Cancelled, (await host.SettleAsync()).State);
    }

    [Fact]
    public async Task Waiting_run_is_cancelled_at_once()
    {
        await using var host = new PipelineHost(p =>
        {
            var start = p.Step("start", (_, _) => Task.FromResult(0));
            p.Wait("hold", start, (c, _, _) => Task.FromResult(WaitResult.Until<int>(c.AsOf.AddDays(1))));
        });
        var run = await host.SettleAsync();

        await host.Runner.CancelAsync(run.Id, PipelineHost.Cancel);
        host.Clock.Advance(TimeSpan.FromDays(2));

        Assert.Equal(PipelineRunState.Cancelled, (await host.SettleRunAsync(run.Id)).State);
    }
}
