using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Serving;

namespace MlPlatform.Benchmarks;

/// <summary>
/// A prediction whose six inputs come from three online views, against the same model behind lookups in three dictionaries of finished values.
/// </summary>
/// <remarks>What was predicted is kept between the measured batches.</remarks>
[MemoryDiagnoser]
public class PredictWithFeaturesBenchmark
{
    private const int Batch = 20_000;
    private static readonly string[] Inputs =
    [
        nameof(FeatureRow.OriginLate),
        nameof(FeatureRow.OriginDelay),
        nameof(FeatureRow.DestinationLate),
        nameof(FeatureRow.DestinationDelay),
        nameof(FeatureRow.RouteLate),
        nameof(FeatureRow.RouteDelay),
    ];

    private FlightWorld world = null!;
    private Departure[] departures = null!;
    private HandMadeFeatures byHand = null!;
    private IPredictor<Departure, ModelAnswer> predictor = null!;
    private IPredictionObserver observer = null!;
    private PredictionEngine<FeatureRow, ModelAnswer> engine = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        world = new(b => b.AddPredictor<Departure, ModelAnswer>("flights@champion", o => o.FeatureService = FlightFeatures.Service));
        var landings = world.Landings(5_000, FlightWorld.Start, TimeSpan.FromDays(2));
        world.Clock.Set(FlightWorld.Start.AddDays(2));
        var root = world.Platform.Root;
        await root.Features.PushAsync(FlightFeatures.Source, landings);
        departures = world.Departures(Batch, FlightWorld.Start, TimeSpan.FromDays(1));
        byHand = new(landings);
        var random = new Random(1);
        var context = new MLContext(seed: 1);
        var data = context.Data.LoadFromEnumerable(
            departures.Select(d =>
            {
                var row = Lookup(d);
                row.Label = row.OriginDelay + row.RouteDelay + random.Next(40) > 120;
                return row;
            })
        );
        var model = context
            .Transforms.Conversion.ConvertType([.. Inputs.Select(i => new InputOutputColumnPair("_" + i, i))], DataKind.Single)
            .Append(context.Transforms.Concatenate("Features", [.. Inputs.Select(i => "_" + i)]))
            .Append(context.BinaryClassification.Trainers.FastTree(numberOfTrees: 50))
            .Fit(data);
        var version = await root.Models.RegisterVersionAsync("flights", ModelPackage.FromMlNet(context, model, data.Schema, "Label"));
        await root.Models.PromoteAsync(version.Id);
        await root.Server.RefreshAsync("flights");
        predictor = world.Platform.Get<IPredictor<Departure, ModelAnswer>>();
        observer = world.Platform.Get<IPredictionObserver>();
        engine = context.Model.CreatePredictionEngine<FeatureRow, ModelAnswer>(model);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        engine.Dispose();
        world.Dispose();
    }

    [IterationSetup]
    public void Flush() => observer.FlushAsync().GetAwaiter().GetResult();

    [Benchmark(Baseline = true, OperationsPerInvoke = Batch)]
    public double DictionariesAndEngine()
    {
        var sum = 0.0;
        foreach (var departure in departures)
        {
            sum += engine.Predict(Lookup(departure)).Probability;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Batch)]
    public async Task<double> PredictAsync()
    {
        var sum = 0.0;
        foreach (var departure in departures)
        {
            sum += (await predictor.PredictAsync(departure)).Value.Probability;
        }

        return sum;
    }

    private FeatureRow Lookup(Departure departure)
    {
        var (origin, destination) = (departure.Origin, departure.Destination);
        var row = new FeatureRow();
        (row.OriginLate, row.OriginDelay) = byHand.Origin(origin);
        (row.DestinationLate, row.DestinationDelay) = byHand.Destination(destination);
        (row.RouteLate, row.RouteDelay) = byHand.Route(origin, destination);
        return row;
    }
}
