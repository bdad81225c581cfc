namespace MlPlatform.Pipelines.Tests;

/// <summary>Two processes that work on the same runs at once.</summary>
public sealed class SharedJournalTests
{
    [Fact]
    public async Task Steps_that_end_at_once_on_two_hosts_release_what_follows_once()
    {
        await using var first = new PipelineHost(Define);
        await using var second = new PipelineHost(Define, directory: first.Directory);
        await EffectTable.CreateAsync(first.Database);
        await first.StartAsync();
        await second.StartAsync();
        var runs = new List<PipelineRunId>();
        for (var i = 0; i < 3; i++)
        {
            runs.Add(await first.RunAsync());
        }

        foreach (var run in runs)
        {
            var ended = await second.Runner.WaitAsync(run, cancellationToken: PipelineHost.Cancel);
            Assert.Equal(PipelineRunState.Succeeded, ended.State);
        }

        // Of each run twelve wide steps, twenty items and the last: once each, and the last of each run after all its others.
        var effects = await EffectTable.ReadAsync(first.Database);
        Assert.Equal(3 * 33, effects.Count);
        Assert.Equal(effects.Count, effects.Distinct(StringComparer.Ordinal).Count());
        foreach (var run in runs)
        {
            Assert.Equal($"{run}/last", effects.Last(e => e.StartsWith(run.ToString(), StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Run_that_is_cancelled_while_its_steps_fail_and_wait_to_be_tried_again_ends()
    {
        for (var round = 0; round < 5; round++)
        {
            await using var host = new PipelineHost(p =>
            {
                for (var i = 0; i < 8; i++)
                {
                    p.Step(
                            $"s{i}",
                            (Func<StepContext<TestParams>, CancellationToken, Task<int>>)(
                                (_, _) => throw new InvalidOperationException("always")
                            )
                        )
                        .Retry(1000, new Backoff(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)));
                }
            });
            await host.StartAsync();
            var run = await host.RunAsync();
            while (await host.CountAsync("SELECT COUNT(*) FROM pl_attempt") < 20)
            {
                PipelineHost.Cancel.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            await host.Runner.CancelAsync(run, PipelineHost.Cancel);
            Assert.Equal(PipelineRunState.Cancelled, (await host.Runner.WaitAsync(run, cancellationToken: PipelineHost.Cancel)).State);
            Assert.Equal(0, await host.CountAsync("SELECT COUNT(*) FROM pl_step WHERE state IN ('ready', 'leased')"));
        }
    }

    private static void Define(PipelineBuilder<TestParams> p)
    {
        var wide = Enumerable
            .Range(0, 12)
            .Select(i =>
                p.Step(
                    $"wide{i}",
                    (c, _) =>
                    {
                        c.OnCommit(work => EffectTable.InsertAsync(work, $"{c.RunId}/wide{i}"));
                        return Task.FromResult(i);
                    }
                )
            )
            .ToArray();
        var items = p.Step("items", (_, _) => Task.FromResult<IReadOnlyList<int>>([.. Enumerable.Range(0, 20)]));
        var map = p.Map(
                "map",
                items,
                (c, i, _) =>
                {
                    c.OnCommit(work => EffectTable.InsertAsync(work, $"{c.RunId}/item{i}"));
                    return Task.FromResult(i);
                }
            )
            .Parallel(4);
        p.Step(
                "last",
                map,
                (c, all, _) =>
                {
                    c.OnCommit(work => EffectTable.InsertAsync(work, $"{c.RunId}/last"));
                    return Task.FromResult(all.Count);
                }
            )
            .After([.. wide]);
    }
}
