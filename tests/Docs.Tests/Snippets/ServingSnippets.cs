using System.Linq.Expressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Serving;

namespace Docs.Tests.Snippets;

public sealed class ServingSnippets
{
    public sealed record Flight(string Carrier, float Distance);

    public sealed record LateFlight(float Probability);

    [Fact]
    public async Task Predict_and_swap()
    {
        var services = new ServiceCollection();
        services.AddMlPlatform().AddPredictor<Flight, LateFlight>("flight-delay@champion");

        await using var running = await RunningPlatform.StartAsync(services);
        var (models, server) = (running.Get<IModelRegistry>(), running.Get<IModelServer>());
        var predictor = running.Get<IPredictor<Flight, LateFlight>>();
        var context = new MLContext(seed: 1);
        var rows = context.Data.LoadFromEnumerable(FlightRows.Make(400));
        var package = ModelPackage.FromMlNet(context, FlightRows.Train(context, rows), rows, "Late");
        await Assert.ThrowsAsync<ModelUnavailableException>(async () => await predictor.PredictAsync(new Flight("AA", 800)));

        var first = await models.RegisterVersionAsync("flight-delay", package);
        await models.PromoteAsync(first.Id); // Servers follow the alias by themselves.
        await server.RefreshAsync("flight-delay"); // Completes when this process answers by the present state.

        var answer = await predictor.PredictAsync(new Flight("AA", 800));
        Console.WriteLine($"{answer.ModelVersion}: {answer.Value.Probability:P0}, {answer.Route}, {answer.PredictionId}");

        Assert.Equal(first.Id, answer.ModelVersion);

        var same = await predictor.PredictAsync(
            new Flight("AA", 800),
            new PredictOptions { RoutingKey = "passenger-17", Segment = "web" } // new() alone would be the cancellation token.
        );

        Assert.Equal(answer.Value, same.Value);
        try
        {
            var soon = await predictor.PredictAsync(
                new Flight("AA", 800),
                new PredictOptions { Timeout = TimeSpan.FromMilliseconds(50), Priority = PredictionPriority.High }
            );
            Console.WriteLine(soon.Value.Probability);
        }
        catch (ModelOverloadedException e)
        {
            Console.WriteLine($"Ask again in {e.RetryAfter.TotalSeconds:0.0} s.");
        }

        var inference = running.Get<IInferenceServer>();

        var two = await inference.PredictAsync(
            ModelReference.Parse("flight-delay@champion"),
            new TensorRequest([new("Carrier", [2], ["AA", "UA"]), NamedTensor.Create("Distance", [2], 800f, 1200f)])
        );
        var probabilities = two.Value.Single(t => t.Name == "Probability").ToArray<float>(); // Of two rows, from one version.

        Assert.Equal((2, same.Value.Probability), (probabilities.Length, probabilities[0]));
    }

    [Fact]
    public void New_alone_is_the_cancellation_token()
    {
        Expression<Func<IPredictor<Flight, LateFlight>, Flight, ValueTask<Prediction<LateFlight>>>> call = (p, flight) =>
            p.PredictAsync(flight, new());
        Assert.Equal(typeof(CancellationToken), ((MethodCallExpression)call.Body).Method.GetParameters()[1].ParameterType);
    }

    [Fact]
    public async Task Serving_stands_beside_the_registry_alone()
    {
        var services = new ServiceCollection();
        services
            .AddMlPlatformCore(o => o.DataDirectory = "data")
            .UseSqlite()
            .AddRegistry()
            .AddServing(o => o.ResidentVersions = 2)
            .AddPredictor<Flight, LateFlight>("flight-delay@v1");

        await using var running = await RunningPlatform.StartAsync(services);
        var context = new MLContext(seed: 1);
        var rows = context.Data.LoadFromEnumerable(FlightRows.Make(400));
        await running
            .Get<IModelRegistry>()
            .RegisterVersionAsync("flight-delay", ModelPackage.FromMlNet(context, FlightRows.Train(context, rows), rows.Schema, "Late"));
        await running.Get<IModelServer>().RefreshAsync();
        Assert.Equal(1, (await running.Get<IPredictor<Flight, LateFlight>>().PredictAsync(new Flight("UA", 100))).ModelVersion.Version);
    }
}
