using Microsoft.Extensions.DependencyInjection;
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

    [Fact]
    public async Task A_model_that_is_let_go_of_and_opened_again_goes_on_counting()
    {
        await using var host = new ServingHost(
            b => b.AddServing(o => (o.MaxOpenModels, o.ResidentVersions) = (1, 0)),
            work: TimeProvider.System
        );
        host.Packages.Add(1);
        host.Packages.Add(2);
        host.Packages.Add(1, model: "other");
        await host.Models.SetAliasAsync("m", "champion", 1);
        var server = host.Get<IInferenceServer>();
        var champion = ModelReference.ByAlias("m", "champion");
        await server.DescribeAsync(champion, Token);
        var rollout = await host.Get<IRollouts>().StartAsync("m", 2, RolloutHost.Options(50), Token);
        var canary = 0;
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 20; i++)
            {
                var request = new TensorRequest([NamedTensor.Create<float>("features", [1, 1], new[] { 0.5f })]);
                var answer = await server.PredictAsync(champion, request, new() { RoutingKey = $"user{round}-{i}" }, Token);
                canary += answer.Route == PredictionRoute.Canary ? 1 : 0;
            }

            await server.DescribeAsync(ModelReference.ByVersion("other", 1), Token); // There is room for one.
            while (host.Get<ModelServer>().Find("m") is not null)
            {
                Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }

        await host.Get<IRollouts>().AdvanceAsync(Token);
        var (_, step) = await host.Get<StepCountStore>().ReadAsync(rollout, Token);
        Assert.Equal((100 - canary, canary), (step.Baseline.Requests, step.Candidate.Requests));
    }

    [Fact]
    public async Task Counts_of_ended_rollouts_are_forgotten_and_those_of_new_ones_are_not()
    {
        await using var host = await RolloutHost.StartAsync();
        var counts = host.Serving.Get<ProcessCounts>();
        var rollout = await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(), Token);
        var (first, later) = (counts.Of(rollout), counts.Of(rollout with { Step = rollout.Step + 2 }));
        counts.Forget([first], []);
        Assert.Equal([later], counts.List());
        counts.Forget(counts.List(), [rollout with { Step = later.Step + 1 }]);
        Assert.Equal([later], counts.List());
        counts.Forget(counts.List(), [rollout with { Step = later.Step + 2 }]);
        Assert.Empty(counts.List());
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
