using MlPlatform.Core;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving.Tests;

public sealed class StepCountTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Totals_that_were_read_earlier_but_are_written_later_take_nothing_away()
    {
        await using var host = await RolloutHost.StartAsync();
        var rollout = await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(), Token);
        var store = host.Serving.Get<StepCountStore>();
        await store.WriteAsync(Counted(rollout, 10), Token);
        await store.WriteAsync(Counted(rollout, 7), Token);
        var (_, step) = await store.ReadAsync(rollout, Token);
        Assert.Equal(10, step.Candidate.Requests);
    }

    [Fact]
    public async Task Counts_that_could_not_be_written_are_written_the_next_time()
    {
        var counters = Counted(new RolloutId(Guid.Empty), 3);
        await Assert.ThrowsAsync<IOException>(() => counters.WriteNewAsync(_ => throw new IOException("busy")));
        var written = 0;
        for (var i = 0; i < 2; i++)
        {
            await counters.WriteNewAsync(_ =>
            {
                written++;
                return Task.CompletedTask;
            });
        }

        Assert.Equal(1, written);
    }

    private static StepCounters Counted(Rollout rollout, int requests) => Counted(rollout.Id, requests, rollout.Step);

    private static StepCounters Counted(RolloutId rollout, int requests, int step = 0)
    {
        var counters = new StepCounters(rollout, step);
        for (var i = 0; i < requests; i++)
        {
            counters.Candidate.Count(1, isError: false);
        }

        return counters;
    }
}
