using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

public sealed class PredictorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Predictor_answers_with_the_alias_version_and_follows_it_when_refreshed()
    {
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@champion"));
        host.Packages.Add(1);
        host.Packages.Add(2);
        await host.Models.SetAliasAsync("m", "champion", 1);
        var predictor = host.Predictor<Request, float>();

        var first = await predictor.PredictAsync(new(0), Token);
        Assert.Equal(ModelPackages.Answer(1), first.Value, 5);
        Assert.Equal(new ModelVersionId("m", 1), first.ModelVersion);
        Assert.Equal(PredictionRoute.Primary, first.Route);

        await host.Models.SetAliasAsync("m", "champion", 2);
        await host.Server.RefreshAsync("m", Token);
        var id = PredictionId.New(host.Clock);
        var second = await predictor.PredictAsync(new(1), new() { Id = id }, Token);
        Assert.Equal(ModelPackages.Answer(2, 1), second.Value, 5);
        Assert.Equal((2, id), (second.ModelVersion.Version, second.PredictionId));
        Assert.Equal(
            ["m@v1", "m@v2"],
            (await host.EventsAsync(EventTypes.ModelLoaded)).Select(e => e.Subject.ToString()["model:".Length..])
        );
    }

    [Fact]
    public async Task Predictors_of_the_same_types_coexist_when_their_references_differ()
    {
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@champion").AddPredictor<Request, float>("m@v2"));
        host.Packages.Add(1);
        host.Packages.Add(2);
        await host.Models.SetAliasAsync("m", "champion", 1);
        Assert.Equal(1, (await host.Predictor<Request, float>().PredictAsync(new(0), Token)).ModelVersion.Version);
        Assert.Equal(1, (await host.Predictor<Request, float>("m@champion").PredictAsync(new(0), Token)).ModelVersion.Version);
        Assert.Equal(2, (await host.Predictor<Request, float>("m@v2").PredictAsync(new(0), Token)).ModelVersion.Version);
    }

    [Fact]
    public async Task Predictor_says_that_the_alias_does_not_exist_and_answers_once_it_does()
    {
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@champion"));
        host.Packages.Add(1);
        var predictor = host.Predictor<Request, float>();
        var e = await Assert.ThrowsAsync<ModelUnavailableException>(async () => await predictor.PredictAsync(new(0), Token));
        Assert.Contains(
            "'m@champion' cannot be loaded: 'alias:m@champion' does not exist. Point the alias",
            e.Message,
            StringComparison.Ordinal
        );
        Assert.Empty(await host.EventsAsync(EventTypes.ModelLoadFailed)); // Nothing deployed yet is no failure.
        await host.Models.SetAliasAsync("m", "champion", 1);
        Assert.Equal(1, (await predictor.PredictAsync(new(0), Token)).ModelVersion.Version);
    }

    [Fact]
    public async Task Predictor_tries_a_broken_version_again_only_after_the_retry_interval()
    {
        var work = new FakeTimeProvider();
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@v1"), work: work);
        host.Packages.Add(1, ModelPackages.Golden("""[{"input":{"x":0},"output":{"probability":0.9}}]"""));
        var loads = 0;
        host.Packages.Opened += _ => loads++;
        var predictor = host.Predictor<Request, float>();
        for (var i = 0; i < 5; i++)
        {
            var e = await Assert.ThrowsAsync<ModelUnavailableException>(async () => await predictor.PredictAsync(new(0), Token));
            Assert.Contains("does not reproduce row 0", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, loads);
        host.Packages.Add(1);
        work.Advance(new ServingOptions().RetryInterval);
        Assert.Equal(1, (await predictor.PredictAsync(new(0), Token)).ModelVersion.Version);
    }

    [Fact]
    public async Task Predictor_lists_every_difference_when_its_types_do_not_fit()
    {
        await using var host = new ServingHost(b => b.AddPredictor<Wrong, Answer>("m@v1"));
        host.Packages.Add(1);
        var e = await Assert.ThrowsAsync<ModelUnavailableException>(async () =>
            await host.Predictor<Wrong, Answer>().PredictAsync(new(0), Token)
        );
        var mismatch = Assert.IsType<PredictorMismatchException>(e.InnerException);
        Assert.Equal(2, mismatch.Problems.Count);
        Assert.Contains("input 'x: float32' has no property in Wrong", e.Message, StringComparison.Ordinal);
        Assert.Contains("'Gain' of Answer is no output", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task First_load_happens_once_when_many_callers_come_at_the_same_time()
    {
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@v1"));
        host.Packages.Add(1);
        var predictor = host.Predictor<Request, float>();
        using var barrier = new Barrier(8);
        var calls = Enumerable
            .Range(0, 8)
            .Select(_ =>
                Task.Factory.StartNew(
                        async () =>
                        {
                            barrier.SignalAndWait(Token);
                            return await predictor.PredictAsync(new(0), Token);
                        },
                        Token,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                    .Unwrap()
            );
        Assert.All(await Task.WhenAll(calls), p => Assert.Equal(1, p.ModelVersion.Version));
        Assert.Single(await host.EventsAsync(EventTypes.ModelLoaded));
    }

    [Fact]
    public async Task Server_follows_the_alias_by_itself_when_the_platform_is_started()
    {
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@champion"));
        host.Packages.Add(1);
        host.Packages.Add(2);
        await host.Models.SetAliasAsync("m", "champion", 1);
        var lifetime = host.Get<IPlatformLifetime>();
        await lifetime.StartAsync(Token);
        Assert.Equal(1, host.Server.List().Single().Version!.Version);
        await host.Models.SetAliasAsync("m", "champion", 2);
        await foreach (var loaded in host.Get<IEventLog>().WatchAsync(new() { Types = [EventTypes.ModelLoaded] }, Token))
        {
            if (loaded.Subject.Version == 2)
            {
                break;
            }
        }

        await host.Server.RefreshAsync("m", Token); // Behind the one that is under way.
        Assert.Equal(2, (await host.Predictor<Request, float>().PredictAsync(new(0), Token)).ModelVersion.Version);
        await lifetime.StopAsync(Token);
    }

    [Fact]
    public async Task Predictor_refuses_when_the_server_is_disposed()
    {
        var host = new ServingHost(b => b.AddPredictor<Request, float>("m@v1"));
        host.Packages.Add(1);
        var predictor = host.Predictor<Request, float>();
        await predictor.PredictAsync(new(0), Token);
        await host.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await predictor.PredictAsync(new(0), Token));
    }

    internal sealed record Wrong(float Y);

    internal sealed record Answer(float Probability, double Gain);
}
