using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

/// <summary>A candidate whose input has more elements than the default version's: it binds, and refuses what callers send.</summary>
public sealed class RefusalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_canary_that_refuses_an_input_costs_no_answer_and_is_rolled_back()
    {
        await using var host = await StartAsync();
        await host.Get<IRollouts>().StartAsync("m", 2, RolloutHost.Options(50), Token);
        var predictor = host.Predictor<VectorRequest, float>();
        for (var i = 0; i < 100; i++)
        {
            var answer = await predictor.PredictAsync(new([1, 2]), new PredictOptions { RoutingKey = $"user{i}" }, Token);
            Assert.Equal((0.25f, 1, PredictionRoute.Primary), (answer.Value, answer.ModelVersion.Version, answer.Route));
        }

        Assert.Equal(RolloutState.RolledBack, await JudgeAsync(host));
    }

    [Fact]
    public async Task A_canary_whose_score_is_no_number_costs_no_answer_is_seen_and_is_rolled_back()
    {
        await using var host = await RolloutHost.StartAsync();
        host.Runtime.Models[2] = x => x == 2 ? float.NaN : 0.75f;
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options(50), Token);
        await host.Serving.Server.RefreshAsync("m", Token);
        var predictor = host.Serving.Predictor<Request, float>();
        for (var i = 0; i < 100; i++)
        {
            var answer = await predictor.PredictAsync(new(2), new PredictOptions { RoutingKey = $"user{i}" }, Token);
            Assert.Equal((0.25f, 1, PredictionRoute.Primary), (answer.Value, answer.ModelVersion.Version, answer.Route));
        }

        var seen = host.Observer.All.ToList();
        Assert.Equal(100, seen.Count(s => s.Route == PredictionRoute.Primary));
        Assert.InRange(seen.Count(s => s.Route == PredictionRoute.Canary), 20, 80);
        Assert.Equal(seen.Count, seen.Select(s => s.Id).Distinct().Count());
        Assert.Equal(RolloutState.RolledBack, await JudgeAsync(host.Serving));
    }

    [Fact]
    public async Task An_input_that_neither_version_takes_is_the_callers_mistake_and_no_mark_against_the_candidate()
    {
        await using var host = await StartAsync();
        await host.Get<IRollouts>().StartAsync("m", 2, RolloutHost.Options(50), Token);
        var predictor = host.Predictor<VectorRequest, float>();
        for (var i = 0; i < 100; i++)
        {
            await Assert.ThrowsAsync<PredictionInputException>(() => predictor.PredictAsync(new([1]), Token).AsTask());
        }

        Assert.Equal(RolloutState.Canary, await JudgeAsync(host));
    }

    [Fact]
    public async Task A_shadow_that_refuses_what_the_default_version_takes_is_rolled_back()
    {
        await using var host = await StartAsync();
        await host.Get<IRollouts>().StartAsync("m", 2, RolloutHost.Options() with { Shadow = true }, Token);
        for (var i = 0; i < 60; i++)
        {
            await host.Predictor<VectorRequest, float>().PredictAsync(new([1, 2]), Token);
        }

        Assert.Equal(RolloutState.RolledBack, await JudgeAsync(host));
    }

    private static async Task<RolloutState> JudgeAsync(ServingHost host)
    {
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.Get<IRollouts>().AdvanceAsync(Token);
        return (await host.Get<IRollouts>().ListAsync("m", Token))[0].State;
    }

    private static async Task<ServingHost> StartAsync()
    {
        var runtime = new ScriptedRuntime { Models = { [1] = _ => 0.25f, [2] = _ => 0.75f } };
        var host = new ServingHost(b =>
        {
            b.Services.AddSingleton<Internal.IModelRuntime>(runtime);
            b.AddPredictor<VectorRequest, float>("m@champion");
        });
        ScriptedRuntime.Add(host.Packages, 1, Vector(2));
        ScriptedRuntime.Add(host.Packages, 2, Vector(3));
        await host.Models.SetAliasAsync("m", "champion", 1);
        await host.Server.RefreshAsync("m", Token);
        return host;
    }

    private static ModelSignature Vector(int elements) =>
        new([new("x", DataType.Float32) { Shape = [-1, elements] }], ModelPackages.Logistic.Outputs);
}
