using System.ComponentModel.DataAnnotations.Schema;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

public sealed class AllocationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Onnx_prediction_allocates_nothing_and_completes_at_once()
    {
        await using var host = new ServingHost(b =>
        {
            b.AddPredictor<Request, float>("m@v1");
            b.Services.AddSingleton<IPredictionObserver>(new SilentObserver());
        });
        host.Packages.Add(1);
        await AssertAllocatesNothingAsync(host.Predictor<Request, float>(), new(1));
    }

    [Fact]
    public async Task MlNet_prediction_allocates_nothing_and_completes_at_once()
    {
        await using var host = new ServingHost(b =>
        {
            b.AddPredictor<Flight, Late>("m@v1");
            b.Services.AddSingleton<IPredictionObserver>(new SilentObserver());
        });
        var saved = MlNetModels.Train(new MLContext(1)).Saved;
        host.Packages.All[new("m", 1)] = () =>
            ModelPackage.Create(
                new(ModelRuntime.MlNet, "5"),
                MlNetModels.Signature,
                new ModelFileContent("model.zip", ModelFileRole.Model, "application/zip", saved)
            );
        await AssertAllocatesNothingAsync(host.Predictor<Flight, Late>(), new(3, 7, "AA"));
    }

    [Fact]
    public async Task Prediction_with_features_allocates_nothing_when_the_read_completes_at_once()
    {
        var features = new TableFeatures { Rows = { ["ATL"] = (5, "AA") } };
        await using var host = new ServingHost(b =>
        {
            b.Services.AddSingleton<IFeatureReader>(features);
            b.AddPredictor<FeatureTests.FlightRequest, float>("m@v1", o => o.FeatureService = "flight");
        });
        host.Packages.All[new("m", 1)] = () => FeatureTests.Package();
        await AssertAllocatesNothingAsync(host.Predictor<FeatureTests.FlightRequest, float>(), new("ATL", 7));
    }

    internal static async Task AssertAllocatesNothingAsync<TIn, TOut>(IPredictor<TIn, TOut> predictor, TIn input)
        where TIn : notnull
    {
        for (var i = 0; i < 200; i++)
        {
            await predictor.PredictAsync(input, Token);
        }

        var completed = true;
        Assert.Equal(
            0,
            LeastAllocated(() =>
            {
                var answer = predictor.PredictAsync(input, new PredictOptions { RoutingKey = "user", Segment = "s" });
                completed &= answer.IsCompletedSuccessfully;
            })
        );
        Assert.True(completed);
    }

    /// <summary>The bytes of a thousand calls, the least of a few rounds: code that the runtime replaces meanwhile may allocate once, an allocation a call shows in every round.</summary>
    internal static long LeastAllocated(Action call) => Enumerable.Range(0, 5).Min(_ => Allocated(call));

    private static long Allocated(Action call)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            call();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    internal readonly record struct Flight(float Distance, int Hour, string Airline);

    internal readonly record struct Late([property: Column("PredictedLabel")] bool IsLate, float Probability);

    private sealed class SilentObserver : IPredictionObserver
    {
        private double sum;

        public void Observe(in PredictionRecord record) => sum += record.Scores[0] + record.Numeric.Length + record.Categories.Length;

        public Task FlushAsync(PredictionCheckpoint? checkpoint = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(sum);

        public Task<PredictionCheckpoint?> ReadCheckpointAsync(string name, CancellationToken cancellationToken = default) =>
            Task.FromResult<PredictionCheckpoint?>(null);
    }
}
