namespace MlPlatform.Pipelines.Tests;

public sealed class RunTests
{
    [Fact]
    public async Task Run_carries_typed_outputs_along_its_edges()
    {
        await using var host = new PipelineHost(p =>
        {
            var a = p.Step("a", (c, _) => Task.FromResult(c.Params.Value + 1));
            var b = p.Step("b", a, (_, x, _) => Task.FromResult(x * 10));
            p.Step("sum", a, b, (_, x, y, _) => Task.FromResult(x + y));
        });

        var run = await host.SettleAsync(new(4));

        Assert.Equal(PipelineRunState.Succeeded, run.State);
        Assert.Equal(55, await host.Runner.GetOutputAsync<int>(run.Id, "sum", PipelineHost.Cancel));
        Assert.All(run.Steps, s => Assert.Equal((PipelineStepState.Succeeded, 1), (s.State, s.Attempt)));
        Assert.Equal(
            ["a", "b", "sum"],
            (await host.EventsAsync(EventTypes.PipelineStep)).Select(e => e.Payload.GetProperty("step").GetString())
        );
        Assert.Equal("succeeded", Assert.Single(await host.EventsAsync(EventTypes.PipelineEnded)).Payload.GetProperty("state").GetString());
    }

    /// <summary>A full disk is no fault of the step: it takes no retry, and the run goes on when there is room.</summary>
    [Fact]
    public async Task Step_that_cannot_be_stored_has_not_failed()
    {
        var full = true;
        await using var host = new PipelineHost(p =>
            p.Step(
                "a",
                (_, _) => full ? throw new StorageUnavailableException("/data", "the disk is full", new IOException()) : Task.FromResult(1)
            )
        );
        var id = await host.RunAsync();

        var error = await Assert.ThrowsAsync<StorageUnavailableException>(() => host.Runner.SettleAsync(PipelineHost.Cancel));
        Assert.Contains("'/data' cannot be used: the disk is full", error.Message, StringComparison.Ordinal);
        Assert.Equal(PipelineRunState.Running, (await host.Runner.GetRunAsync(id, PipelineHost.Cancel))!.State);
        full = false;
        var run = await host.SettleRunAsync(id);

        Assert.Equal(PipelineRunState.Succeeded, run.State);
        Assert.Equal(1, run.Step("a").Attempt);
    }

    [Fact]
    public async Task Run_goes_on_in_the_background_of_a_started_platform()
    {
        await using var host = new PipelineHost(p => p.Step("a", (_, _) => Task.FromResult(1)));
        await host.StartAsync();

        var run = await host.Runner.WaitAsync(await host.RunAsync(), cancellationToken: PipelineHost.Cancel);

        Assert.Equal(PipelineRunState.Succeeded, run.State);
    }

    [Fact]
    public async Task Map_runs_its_items_within_its_bound_and_keeps_their_order()
    {
        var (now, most) = (0, 0);
        var gate = new Lock();
        await using var host = new PipelineHost(p =>
        {
            var items = p.Step("items", (c, _) => Task.FromResult<IReadOnlyList<int>>([.. Enumerable.Range(0, c.Params.Value)]));
            var map = p.Map(
                    "square",
                    items,
                    async (c, i, _) =>
                    {
                        lock (gate)
                        {
                            most = Math.Max(most, ++now);
                        }

                        await Task.Yield();
                        lock (gate)
                        {
                            now--;
                        }

                        return i * i + (c.MapIndex == i ? 0 : 1000);
                    }
                )
                .Parallel(2);
            p.Step("total", map, (_, all, _) => Task.FromResult(string.Join(',', all)));
        });

        var run = await host.SettleAsync(new(7));

        Assert.Equal("0,1,4,9,16,25,36", await host.Runner.GetOutputAsync<string>(run.Id, "total", PipelineHost.Cancel));
        Assert.InRange(most, 1, 2);
        Assert.Equal(7, run.Steps.Count(s => s.MapIndex is not null));
    }

    [Fact]
    public async Task Map_over_nothing_gives_an_empty_list()
    {
        await using var host = new PipelineHost(p => p.Map("m", c => c.Items ?? [], (_, i, _) => Task.FromResult(i)));

        var run = await host.SettleAsync();

        Assert.Equal(PipelineRunState.Succeeded, run.State);
        Assert.Empty(await host.Runner.GetOutputAsync<IReadOnlyList<int>>(run.Id, "m", PipelineHost.Cancel));
    }

    [Fact]
    public async Task Map_fails_with_an_item_and_cancels_those_that_have_not_begun()
    {
        await using var host = new PipelineHost(p =>
        {
            var map = p.Map("m", c => c.Items!, (_, i, _) => i == 1 ? throw new InvalidOperationException("one") : Task.FromResult(i))
                .Parallel(1);
            p.Step("after", map, (_, _, _) => Task.FromResult(1));
        });

        var run = await host.SettleAsync(new(0, [0, 1, 2, 3]));

        Assert.Equal(PipelineRunState.Failed, run.State);
        Assert.Equal(PipelineStepState.Failed, run.Step("m").State);
        Assert.Equal(PipelineStepState.Skipped, run.Step("after").State);
        Assert.Equal(
            [PipelineStepState.Succeeded, PipelineStepState.Failed, PipelineStepState.Cancelled, PipelineStepState.Cancelled],
            run.Steps.Where(s => s.MapIndex is not null).Select(s => s.State)
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Step_is_skipped_with_its_dependents_when_its_condition_does_not_hold(bool holds)
    {
        await using var host = new PipelineHost(p =>
        {
            var flag = p.Step("flag", (c, _) => Task.FromResult(c.Params.Value));
            var optional = p.Step("optional", (_, _) => Task.FromResult(7)).When(flag, f => f == 1);
            p.Step("needs", optional, (_, x, _) => Task.FromResult(x));
            p.Step("anyway", (c, _) => Task.FromResult(c.TryGet(optional, out var x) ? x : -1)).AfterEnded(optional);
        });

        var run = await host.SettleAsync(new(holds ? 1 : 0));

        var expected = holds ? PipelineStepState.Succeeded : PipelineStepState.Skipped;
        Assert.Equal(PipelineRunState.Succeeded, run.State);
        Assert.Equal((expected, expected), (run.Step("optional").State, run.Step("needs").State));
        Assert.Equal(holds ? 7 : -1, await host.Runner.GetOutputAsync<int>(run.Id, "anyway", PipelineHost.Cancel));
    }

    [Fact]
    public async Task Failed_step_is_tried_again_and_its_dependents_wait()
    {
        var attempts = 0;
        await using var host = new PipelineHost(p =>
        {
            var flaky = p.Step(
                    "flaky",
                    (c, _) => Interlocked.Increment(ref attempts) < 3 ? throw new IOException("not yet") : Task.FromResult(c.Attempt)
                )
                .Retry(2, Backoff.None);
            p.Step("after", flaky, (_, x, _) => Task.FromResult(x));
        });

        var run = await host.SettleAsync();

        Assert.Equal(PipelineRunState.Succeeded, run.State);
        Assert.Equal(3, await host.Runner.GetOutputAsync<int>(run.Id, "after", PipelineHost.Cancel));
        Assert.Equal(["retry", "retry", "succeeded"], await OutcomesAsync(host, run.Id, 0));
    }

    [Fact]
    public async Task Step_that_fails_for_good_skips_only_what_depends_on_it()
    {
        await using var host = new PipelineHost(p =>
        {
            var bad = p.Step<int>("bad", (_, _) => throw new InvalidDataException("broken")).Retry(1, Backoff.None);
            p.Step("dependent", bad, (_, x, _) => Task.FromResult(x));
            p.Step("independent", (_, _) => Task.FromResult(1));
        });

        var run = await host.SettleAsync();

        Assert.Equal(PipelineRunState.Failed, run.State);
        Assert.Equal(
            (PipelineStepState.Failed, nameof(InvalidDataException), "broken", 2),
            (run.Step("bad").State, run.Step("bad").ErrorType, run.Step("bad").Error, run.Step("bad").Attempt)
        );
        Assert.Equal(PipelineStepState.Skipped, run.Step("dependent").State);
        Assert.Equal(PipelineStepState.Succeeded, run.Step("independent").State);
    }

    [Fact]
    public async Task Step_that_takes_too_long_fails_even_if_it_does_not_listen()
    {
        var never = new TaskCompletionSource<int>();
        await using var host = new PipelineHost(p => p.Step("slow", (_, _) => never.Task).Timeout(TimeSpan.FromMilliseconds(30)));

        var run = await host.SettleAsync();

        Assert.Equal((PipelineRunState.Failed, nameof(StepTimeoutException)), (run.State, run.Step("slow").ErrorType));
    }

    [Fact]
    public async Task Cancelled_run_stops_its_running_step_and_never_runs_the_rest()
    {
        var began = new TaskCompletionSource();
        await using var host = new PipelineHost(p =>
        {
            var slow = p.Step(
                "slow",
                async (_, ct) =>
                {
                    began.SetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
                    return 1;
                }
            );
            p.Step("after", slow, (_, x, _) => Task.FromResult(x));
        });
        await host.StartAsync();
        var id = await host.RunAsync();
        await began.Task;

        Assert.True(await host.Runner.CancelAsync(id, PipelineHost.Cancel));
        var run = await host.Runner.WaitAsync(id, cancellationToken: PipelineHost.Cancel);

        Assert.Equal(PipelineRunState.Cancelled, run.State);
        Assert.All(run.Steps, s => Assert.Equal(PipelineStepState.Cancelled, s.State));
        Assert.False(await host.Runner.CancelAsync(id, PipelineHost.Cancel));
    }

    [Fact]
    public async Task Effects_commit_with_their_step_and_only_with_a_success()
    {
        await using var host = new PipelineHost(p =>
        {
            p.Step(
                    "flaky",
                    (c, _) =>
                    {
                        c.OnCommit(w => EffectTable.InsertAsync(w, $"attempt {c.Attempt}"));
                        return c.Attempt < 2 ? throw new IOException("no") : Task.FromResult(1);
                    }
                )
                .Retry(1, Backoff.None);
            p.Step(
                "impossible",
                (c, _) =>
                {
                    c.OnCommit(w => EffectTable.InsertAsync(w, "half"));
                    c.OnCommit(_ => throw new InvalidOperationException("refused"));
                    return Task.FromResult(1);
                }
            );
        });
        await EffectTable.CreateAsync(host.Database);

        var run = await host.SettleAsync();

        Assert.Equal(["attempt 2"], await EffectTable.ReadAsync(host.Database));
        Assert.Equal((PipelineStepState.Failed, "refused"), (run.Step("impossible").State, run.Step("impossible").Error));
    }

    [Fact]
    public async Task Large_output_is_an_artifact_that_the_run_keeps_and_links()
    {
        await using var host = new PipelineHost(p =>
        {
            var big = p.Step("big", (_, _) => Task.FromResult(new string('x', 100_000)));
            p.Step("length", big, (_, s, _) => Task.FromResult(s.Length));
        });

        var run = await host.SettleAsync();

        Assert.Equal(100_000, await host.Runner.GetOutputAsync<int>(run.Id, "length", PipelineHost.Cancel));
        var digest = run.Step("big").Output!.Value;
        Assert.NotNull(await host.Get<IArtifactStore>().FindAsync(digest, PipelineHost.Cancel));
        Assert.Equal(
            1,
            await host.CountAsync($"SELECT COUNT(*) FROM core_artifact_ref WHERE digest = '{digest}' AND owner_id = '{run.Id}'")
        );
        var edges = await host.Get<ILineage>()
            .DownstreamAsync(new(AssetKind.PipelineRun, run.Id.ToString()), cancellationToken: PipelineHost.Cancel);
        Assert.Contains(edges, e => e.To == new AssetRef(AssetKind.Artifact, digest.ToString()));
    }

    [Fact]
    public async Task Undeclared_read_of_another_step_says_what_to_add()
    {
        await using var host = new PipelineHost(p =>
        {
            var a = p.Step("a", (_, _) => Task.FromResult(1));
            p.Step("b", (c, _) => Task.FromResult(c.Get(a)));
        });

        var run = await host.SettleAsync();

        Assert.Contains(".After(a)", run.Step("b").Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Context_gives_seed_times_and_keys_that_do_not_change_between_attempts()
    {
        var seen = new List<(long Seed, string Key, DateTimeOffset AsOf, long Fence)>();
        await using var host = new PipelineHost(p =>
            p.Step(
                    "a",
                    (c, _) =>
                    {
                        seen.Add((c.Seed, c.IdempotencyKey, c.AsOf, c.Fence));
                        return c.Attempt == 1 ? throw new IOException("again") : Task.FromResult(1);
                    }
                )
                .Retry(1, Backoff.None)
        );

        var run = await host.SettleAsync(options: new() { Seed = 5 });

        Assert.Equal(seen[0] with { Fence = seen[1].Fence }, seen[1]);
        Assert.Equal(($"{run.Id}/a", PipelineHost.Start), (seen[0].Key, seen[0].AsOf));
        Assert.True(seen[1].Fence > seen[0].Fence);
    }

    [Fact]
    public async Task Progress_is_seen_while_the_step_runs()
    {
        var (began, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = new PipelineHost(p =>
            p.Step(
                "a",
                async (c, _) =>
                {
                    c.Report(0.25, "first quarter");
                    began.SetResult();
                    await go.Task;
                    return 1;
                }
            )
        );
        await host.StartAsync();
        var id = await host.RunAsync();
        await began.Task;

        var step = (await host.Runner.GetRunAsync(id, PipelineHost.Cancel))!.Step("a");
        go.SetResult();

        Assert.Equal((PipelineStepState.Running, 0.25, "first quarter"), (step.State, step.Progress, step.ProgressText));
        Assert.Equal(PipelineRunState.Succeeded, (await host.Runner.WaitAsync(id, cancellationToken: PipelineHost.Cancel)).State);
    }

    [Fact]
    public async Task Launcher_starts_by_name_and_refuses_what_it_does_not_know()
    {
        await using var host = new PipelineHost(p => p.Step("a", (c, _) => Task.FromResult(c.Params.Value)));
        var launcher = host.Get<IPipelineLauncher>();

        var id = await launcher.LaunchAsync("test", new() { ["Value"] = 3 }, cancellationToken: PipelineHost.Cancel);
        await host.SettleRunAsync(id);

        Assert.Equal(3, await host.Runner.GetOutputAsync<int>(id, "a", PipelineHost.Cancel));
        await Assert.ThrowsAsync<AssetNotFoundException>(() => launcher.LaunchAsync("other", cancellationToken: PipelineHost.Cancel));
        await Assert.ThrowsAsync<MlPlatformException>(() =>
            launcher.LaunchAsync("test", new() { ["Value"] = "three" }, cancellationToken: PipelineHost.Cancel)
        );
        Assert.Single(await host.Runner.ListRunsAsync("test", cancellationToken: PipelineHost.Cancel));
    }

    private static Task<List<string>> OutcomesAsync(PipelineHost host, PipelineRunId run, int step) =>
        host.Database.ReadAsync(async c =>
            Dapper.SqlMapper.AsList(
                await Dapper.SqlMapper.QueryAsync<string>(
                    c,
                    "SELECT outcome FROM pl_attempt WHERE run_id = @Run AND step_no = @step ORDER BY fence",
                    new { Run = run.ToString(), step }
                )
            )
        );
}
