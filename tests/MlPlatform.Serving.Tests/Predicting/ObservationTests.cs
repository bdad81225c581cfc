using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

public sealed class ObservationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_answer_is_observed_with_its_columns_scores_and_class()
    {
        var observer = new RecordingObserver();
        await using var host = new ServingHost(b =>
        {
            b.Services.AddSingleton<IPredictionObserver>(observer);
            b.AddPredictor<AllocationTests.Flight, AllocationTests.Late>("m@v1");
        });
        var saved = MlNetModels.Train(new MLContext(1)).Saved;
        host.Packages.All[new("m", 1)] = () =>
            ModelPackage.Create(
                new(ModelRuntime.MlNet, "5"),
                MlNetModels.Signature,
                new ModelFileContent("model.zip", ModelFileRole.Model, "application/zip", saved),
                new ModelFileContent("profile.bin", ModelFileRole.Profile, "application/octet-stream", new byte[] { 7 })
            );
        var predictor = host.Predictor<AllocationTests.Flight, AllocationTests.Late>();
        var answer = await predictor.PredictAsync(new(3, 7, "AA"), new() { Segment = "north" }, Token);
        var other = await predictor.PredictAsync(new(16, 23, null!), Token);
        Assert.NotEqual(answer.Value.IsLate, other.Value.IsLate);
        var seen = observer.All.ToArray();
        Assert.Equal([answer.PredictionId, other.PredictionId], seen.Select(s => s.Id));
        Assert.Same(seen[0].Layout, seen[1].Layout);
        Assert.Equal(["Distance", "Hour"], seen[0].Layout.NumericColumns);
        Assert.Equal(["Airline"], seen[0].Layout.CategoryColumns);
        Assert.Equal([7], seen[0].Layout.Profile!.Value.ToArray());
        Assert.Equal([3, 7], seen[0].Numeric);
        Assert.Equal([CategoryHash.Of("AA")], seen[0].Categories);
        Assert.Equal([0ul], seen[1].Categories);
        Assert.Equal([answer.Value.Probability], seen[0].Scores.Select(s => (float)s));
        Assert.Equal([answer.Value.IsLate ? 1 : 0, other.Value.IsLate ? 1 : 0], seen.Select(s => s.Class));
        Assert.Equal(("north", StoredTime.ToMicros(host.Clock.GetUtcNow())), (seen[0].Segment, seen[0].Time));
    }

    [Fact]
    public async Task An_observer_that_throws_costs_no_answer()
    {
        await using var host = new ServingHost(b =>
        {
            b.Services.AddSingleton<IPredictionObserver>(new RecordingObserver { Failure = new InvalidOperationException() });
            b.AddPredictor<Request, float>("m@v1");
        });
        host.Packages.Add(1);
        Assert.Equal(ModelPackages.Answer(1), (await host.Predictor<Request, float>().PredictAsync(new(0), Token)).Value, 5);
    }

    [Fact]
    public async Task Calls_are_rolled_up_as_consumption_of_the_version()
    {
        await using var host = new ServingHost(b => b.AddPredictor<Request, float>("m@v1"));
        host.Packages.Add(1);
        for (var i = 0; i < 5; i++)
        {
            await host.Predictor<Request, float>().PredictAsync(new(i), Token);
        }

        await host.Get<IConsumptionRecorder>().FlushAsync(Token);
        var seen = Assert.Single(await host.EventsAsync(EventTypes.ConsumerSeen));
        Assert.Equal("model:m@v1", seen.Subject.ToString());
        Assert.Equal(("predict", 5), (seen.Payload.GetProperty("mode").GetString(), seen.Payload.GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task A_model_that_fails_says_which_version_and_why_and_the_next_request_is_answered()
    {
        var runtime = new ScriptedRuntime { Models = { [1] = x => x < 0 ? throw new InvalidOperationException("negative") : x } };
        await using var host = new ServingHost(b =>
        {
            b.Services.AddSingleton<Internal.IModelRuntime>(runtime);
            b.AddPredictor<Request, float>("m@v1");
        });
        ScriptedRuntime.Add(host.Packages, 1);
        var predictor = host.Predictor<Request, float>();
        var e = await Assert.ThrowsAsync<PredictionFailedException>(async () => await predictor.PredictAsync(new(-1), Token));
        Assert.Equal("m@v1 failed on a valid input: negative", e.Message);
        Assert.Equal(2, (await predictor.PredictAsync(new(2), Token)).Value);
    }
}
