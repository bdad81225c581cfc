using MlPlatform.Pipelines.Internal;

namespace MlPlatform.Pipelines.Tests;

public sealed class JournalTests
{
    [Fact]
    public async Task Zombie_that_lost_its_lease_is_refused_and_its_effect_happens_once()
    {
        var (began, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = new PipelineHost(p => p.Step("a", (c, ct) => BodyAsync(c, began, go.Task)), options: RarePolls);
        await EffectTable.CreateAsync(host.Database);
        await host.StartAsync();
        var id = await host.RunAsync();
        await began.Task;

        // As if the process had been frozen past its lease: a sweep takes the step back, this one or the worker's own, and it is claimed again.
        // Repeated, because the worker renews what it holds when it starts, which may fall between the two.
        while (await host.CountAsync("SELECT COUNT(*) FROM pl_step WHERE lost_count = 0") == 1)
        {
            await host.ExecuteAsync("UPDATE pl_step SET lease_until = 0 WHERE lost_count = 0");
            await host.Get<PipelineJournal>().SweepAsync([], PipelineHost.Cancel);
        }

        go.SetResult();
        var run = await host.Runner.WaitAsync(id, cancellationToken: PipelineHost.Cancel);

        Assert.Equal(PipelineRunState.Succeeded, run.State);
        Assert.Equal(["attempt 2"], await EffectTable.ReadAsync(host.Database));
        Assert.Equal((2, 1), (run.Step("a").Attempt, run.Step("a").Losses));
    }

    [Fact]
    public async Task Commit_under_an_old_fence_names_both_fences_and_changes_nothing()
    {
        await using var host = new PipelineHost(p => p.Step("a", (_, _) => Task.FromResult(1)));
        await host.RunAsync();
        var journal = host.Get<PipelineJournal>();
        var graph = host.Get<PipelineCatalog>().Get("test");
        var old = Assert.Single(await ClaimAsync(journal, graph, "one"));
        await host.ExecuteAsync("UPDATE pl_step SET lease_until = 0");
        await journal.SweepAsync([], PipelineHost.Cancel);
        var now = Assert.Single(await ClaimAsync(journal, graph, "two"));

        using var execution = await ExecuteAsync(host, graph, old);
        var stale = await Assert.ThrowsAsync<StaleFenceException>(() => journal.CommitAsync(execution, null, StepStates.Succeeded, null));

        Assert.Equal((old.Fence, now.Fence), (stale.Fence, stale.Actual));
        Assert.Equal(1, await host.CountAsync("SELECT COUNT(*) FROM pl_step WHERE state = 'leased' AND lease_owner = 'two'"));
        await Assert.ThrowsAsync<StaleFenceException>(() => journal.FailAsync(execution, new IOException(), cancelled: false));
        await Assert.ThrowsAsync<StaleFenceException>(() => journal.SuspendAsync(execution, new(null, [], null), default));
        await Assert.ThrowsAsync<StaleFenceException>(() => journal.PostponeAsync(execution, default));
        Assert.Equal([execution], await journal.RenewAsync([execution], TimeSpan.FromMinutes(1), PipelineHost.Cancel));
    }

    [Theory]
    [InlineData("blocked")]
    [InlineData("ready")]
    [InlineData("waiting")]
    [InlineData("succeeded")]
    [InlineData("failed")]
    [InlineData("cancelled")]
    public async Task Only_a_leased_step_can_be_committed(string state)
    {
        await using var host = new PipelineHost(p => p.Step("a", (_, _) => Task.FromResult(1)));
        await host.RunAsync();
        var journal = host.Get<PipelineJournal>();
        var graph = host.Get<PipelineCatalog>().Get("test");
        using var execution = await ExecuteAsync(host, graph, Assert.Single(await ClaimAsync(journal, graph, "one")));
        await host.ExecuteAsync($"UPDATE pl_step SET state = '{state}'");

        await Assert.ThrowsAsync<StaleFenceException>(() => journal.CommitAsync(execution, null, StepStates.Succeeded, null));
        Assert.Equal(1, await host.CountAsync($"SELECT COUNT(*) FROM pl_step WHERE state = '{state}'"));
        Assert.Empty(await host.EventsAsync(EventTypes.PipelineStep));
    }

    [Fact]
    public async Task Sixteen_contenders_claim_each_step_once()
    {
        await using var host = new PipelineHost(p =>
        {
            for (var i = 0; i < 40; i++)
            {
                p.Step($"s{i}", (_, _) => Task.FromResult(1));
            }
        });
        await host.RunAsync();
        var journal = host.Get<PipelineJournal>();
        var graph = host.Get<PipelineCatalog>().Get("test");

        var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => ClaimAsync(journal, graph, $"w{i}"))));

        Assert.Equal(Enumerable.Range(0, 40), claims.SelectMany(c => c).Select(c => c.StepNo).Order());
    }

    [Fact]
    public async Task Step_that_loses_three_workers_is_poison()
    {
        await using var host = new PipelineHost(p => p.Step("a", (_, _) => Task.FromResult(1)));
        var id = await host.RunAsync();
        var journal = host.Get<PipelineJournal>();
        var graph = host.Get<PipelineCatalog>().Get("test");
        for (var i = 0; i < new PipelinesOptions().MaxLosses; i++)
        {
            Assert.Single(await ClaimAsync(journal, graph, $"killed {i}"));
            await host.ExecuteAsync("UPDATE pl_step SET lease_until = 0");
            await journal.SweepAsync([], PipelineHost.Cancel);
        }

        var run = (await host.Runner.GetRunAsync(id, PipelineHost.Cancel))!;

        Assert.Equal((PipelineRunState.Failed, nameof(PoisonStepException)), (run.State, run.Step("a").ErrorType));
    }

    [Fact]
    public async Task Lost_lease_cancels_the_token_of_the_body()
    {
        var (began, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = new PipelineHost(
            p =>
                p.Step(
                    "a",
                    async (c, ct) =>
                    {
                        if (c.Attempt == 1)
                        {
                            began.SetResult();
                            await using var registered = ct.Register(cancelled.SetResult);
                            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
                        }

                        return 1;
                    }
                ),
            options: o => o.Renew = TimeSpan.FromMilliseconds(20)
        );
        await host.StartAsync();
        var id = await host.RunAsync();
        await began.Task;

        await host.ExecuteAsync("UPDATE pl_step SET state = 'ready', fence = fence + 1, lease_owner = NULL");

        await cancelled.Task;
        Assert.Equal(PipelineRunState.Succeeded, (await host.Runner.WaitAsync(id, cancellationToken: PipelineHost.Cancel)).State);
    }

    [Fact]
    public async Task Run_of_another_version_is_stalled_and_left_alone()
    {
        await using var old = new PipelineHost(p => p.Step("a", (_, _) => Task.FromResult(1)));
        var id = await old.RunAsync();
        await using var changed = new PipelineHost(p => p.Step("a", (_, _) => Task.FromResult(1)).Retry(2), directory: old.Directory);

        await changed.Runner.SettleAsync(PipelineHost.Cancel);
        var run = (await changed.Runner.GetRunAsync(id, PipelineHost.Cancel))!;

        Assert.Equal(PipelineRunState.Stalled, run.State);
        Assert.Contains("No worker has this version", run.Reason, StringComparison.Ordinal);
        Assert.Equal(PipelineRunState.Succeeded, (await old.SettleRunAsync(id)).State);
    }

    [Fact]
    public async Task Failed_commit_counts_as_a_failed_attempt_and_leaves_nothing_behind()
    {
        await using var host = new PipelineHost(p => p.Step("a", (c, _) => BodyAsync(c, null, Task.CompletedTask)).Retry(1, Backoff.None));
        await EffectTable.CreateAsync(host.Database);
        PipelineRunInfo run;
        var disturbed = 0;
        do
        {
            // The worker's renewal may commit at that moment, and meet the fault in the step's place.
            var id = await host.RunAsync();
            host.Faults.Arm("pipelines.commit", () => host.Faults.Arm("metadata.commit"));
            run = await host.SettleRunAsync(id);
        } while (run.Step("a").ErrorType is null && ++disturbed < 20);

        Assert.Equal([.. Enumerable.Repeat("attempt 1", disturbed), "attempt 2"], await EffectTable.ReadAsync(host.Database));
        Assert.Equal((PipelineRunState.Succeeded, nameof(Testing.InjectedFaultException)), (run.State, run.Step("a").ErrorType));
    }

    [Fact]
    public async Task Parameters_that_can_no_longer_be_read_fail_the_step_and_say_so()
    {
        await using var host = new PipelineHost(p => p.Step("a", (_, _) => Task.FromResult(1)));
        var id = await host.RunAsync();
        await host.ExecuteAsync("""UPDATE pl_run SET params_json = '{"Value":"text"}'""");

        var run = await host.SettleRunAsync(id);

        Assert.Equal((PipelineRunState.Failed, 0, "JsonException"), (run.State, run.Step("a").Losses, run.Step("a").ErrorType));
    }

    [Fact]
    public async Task Step_that_lost_its_workers_for_good_has_ended_and_takes_no_longer()
    {
        await using var host = new PipelineHost(p => p.Step("a", (_, _) => Task.FromResult(1)), options: o => o.MaxLosses = 1);
        await host.RunAsync();
        await ClaimAsync(host.Get<PipelineJournal>(), host.Get<PipelineCatalog>().Get("test"), "one");
        await host.ExecuteAsync("UPDATE pl_step SET lease_until = 0");
        await host.Get<PipelineJournal>().SweepAsync([], PipelineHost.Cancel);

        Assert.Equal(1, await host.CountAsync("SELECT COUNT(*) FROM pl_step WHERE state = 'failed' AND ended_work >= started_work"));
    }

    [Fact]
    public async Task Second_attempt_has_not_ended_while_it_runs()
    {
        await using var host = new PipelineHost(p => p.Step("a", (_, _) => Task.FromResult(1)));
        await host.RunAsync();
        var (journal, graph) = (host.Get<PipelineJournal>(), host.Get<PipelineCatalog>().Get("test"));
        await ClaimAsync(journal, graph, "one");
        await host.ExecuteAsync("UPDATE pl_step SET state = 'ready', ready_at = 0, ended_work = 1");
        await ClaimAsync(journal, graph, "two");

        Assert.Equal(1, await host.CountAsync("SELECT COUNT(*) FROM pl_step WHERE state = 'leased' AND ended_work IS NULL"));
    }

    private static void RarePolls(PipelinesOptions options) =>
        (options.Poll, options.Lease) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5));

    private static async Task<int> BodyAsync(StepContext context, TaskCompletionSource? began, Task go)
    {
        context.OnCommit(w => EffectTable.InsertAsync(w, $"attempt {context.Attempt}"));
        began?.TrySetResult();
        await go;
        return 1;
    }

    private static Task<IReadOnlyList<StepLease>> ClaimAsync(PipelineJournal journal, PipelineGraph graph, string worker) =>
        journal.ClaimAsync(worker, [graph.SpecHash], 100, TimeSpan.FromMinutes(1), PipelineHost.Cancel);

    private static async Task<StepExecution> ExecuteAsync(PipelineHost host, PipelineGraph graph, StepLease step) =>
        new(graph, graph.Nodes[step.StepNo], await host.Get<PipelineJournal>().GetHeaderAsync(step.RunId, PipelineHost.Cancel), step)
        {
            Services = host.Get<IServiceProvider>(),
            Artifacts = host.Get<IArtifactStore>(),
        };
}
