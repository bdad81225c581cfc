using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Serving;

namespace Docs.Tests.Snippets;

public sealed class ComposedSnippets
{
    public sealed record Trip(string Carrier, float Miles);

    public sealed record Cleaned(string Carrier, float Distance);

    public sealed record LateTrip(float Probability);

    [Fact]
    public async Task Functions_and_composed_models()
    {
        var services = new ServiceCollection();
        services
            .AddMlPlatform()
            .AddModelFunction<Trip, Cleaned>("clean-trip", t => new(t.Carrier.Trim().ToUpperInvariant(), t.Miles * 1.609f))
            .AddPredictor<Trip, LateTrip>("late-trip@champion");

        await using var running = await RunningPlatform.StartAsync(services);
        var (models, source) = (running.Get<IModelRegistry>(), running.Get<IModelSource>());
        var context = new MLContext(seed: 1);
        var rows = context.Data.LoadFromEnumerable(FlightRows.Make(400));
        var trained = ModelPackage.FromMlNet(context, FlightRows.Train(context, rows), rows, "Late");
        await models.PromoteAsync((await models.RegisterVersionAsync("flight-delay", trained)).Id);
        await models.RegisterVersionAsync("flight-delay", trained);

        await models.RegisterVersionAsync("clean-trip", ModelPackage.FromFunction<Trip, Cleaned>("clean-trip"));

        var sequence = ModelNode.Sequence(ModelNode.Model("clean-trip@v1"), ModelNode.Model("flight-delay@champion"));
        var composed = await models.RegisterVersionAsync("late-trip", await ModelPackage.ComposeAsync(source, sequence));
        await models.PromoteAsync(composed.Id);

        var both = ModelNode.Ensemble((ModelNode.Model("flight-delay@v1"), 1), (ModelNode.Model("flight-delay@v2"), 3));
        var byCarrier = ModelNode.Switch(
            "Carrier",
            new Dictionary<string, ModelNode> { ["AA"] = ModelNode.Model("flight-delay@v1") },
            otherwise: both
        );

        var other = await models.RegisterVersionAsync("by-carrier", await ModelPackage.ComposeAsync(source, byCarrier));
        await running.Get<IModelServer>().RefreshAsync("late-trip");
        var answer = await running.Get<IPredictor<Trip, LateTrip>>().PredictAsync(new Trip(" aa", 800));
        var flight = new TensorRequest([new("Carrier", [1], ["AA"]), NamedTensor.Create("Distance", [1], 800 * 1.609f)]);
        foreach (var id in new[] { new ModelVersionId("flight-delay", 1), other.Id })
        {
            var same = await running.Get<IInferenceServer>().PredictAsync(ModelReference.ByVersion(id.Name, id.Version), flight);
            Assert.Equal(answer.Value.Probability, same.Value.Single(t => t.Name == "Probability").ToArray<float>()[0], 5);
        }
    }
}
