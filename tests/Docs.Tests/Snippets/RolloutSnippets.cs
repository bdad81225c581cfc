using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Serving;

namespace Docs.Tests.Snippets;

public sealed class RolloutSnippets
{
    public sealed record Flight(string Carrier, float Distance);

    public sealed record LateFlight(float Probability);

    [Fact]
    public async Task Roll_out_decide_by_hand_and_go_back()
    {
        var services = new ServiceCollection();
        services.AddMlPlatform().AddPredictor<Flight, LateFlight>("flight-delay@champion");
        await using var running = await RunningPlatform.StartAsync(services);
        var (models, server, rollouts) = (running.Get<IModelRegistry>(), running.Get<IModelServer>(), running.Get<IRollouts>());
        var predictor = running.Get<IPredictor<Flight, LateFlight>>();
        var context = new MLContext(seed: 1);
        var rows = context.Data.LoadFromEnumerable(FlightRows.Make(400));
        var package = ModelPackage.FromMlNet(context, FlightRows.Train(context, rows), rows, "Late");
        var first = await models.RegisterVersionAsync("flight-delay", package);
        await models.PromoteAsync(first.Id);
        await server.RefreshAsync("flight-delay");
        var second = await models.RegisterVersionAsync("flight-delay", package);

        var rollout = await rollouts.StartAsync(
            "flight-delay",
            candidate: 2,
            new()
            {
                Shadow = true, // Copies first, whose answers nobody sees.
                Steps = [5, 25, 50],
                Hold = TimeSpan.FromMinutes(30),
            }
        );
        // rollout.State is Shadow. Judged every minute; Fail ends it at once, inconclusive for MaximumStepTime too.
        Assert.Equal(RolloutState.Shadow, rollout.State);

        var mine = await predictor.PredictAsync(new Flight("AA", 800), new PredictOptions { RoutingKey = "passenger-17" });
        Console.WriteLine($"{mine.ModelVersion} by {mine.Route}"); // flight-delay@v1 by Primary

        Assert.Equal((first.Id, PredictionRoute.Primary), (mine.ModelVersion, mine.Route));

        var preview = await predictor.PredictAsync(new Flight("AA", 800), new PredictOptions { Target = PredictionTarget.Candidate });
        Console.WriteLine($"{preview.ModelVersion}: {preview.Value.Probability:P0}");

        Assert.Equal(second.Id, preview.ModelVersion);

        rollout = await rollouts.PromoteAsync(rollout.Id, "Judged by hand."); // Or RollBackAsync.
        await server.RefreshAsync("flight-delay");

        Assert.Equal(RolloutState.Promoted, rollout.State);
        Assert.Equal(second.Id, (await predictor.PredictAsync(new Flight("AA", 800))).ModelVersion);

        await models.PromoteAsync(first.Id, reason: "Complaints from the counter."); // Back, without a rollout.

        await server.RefreshAsync("flight-delay");
        Assert.Equal(first.Id, (await predictor.PredictAsync(new Flight("AA", 800))).ModelVersion);
        await models.RegisterVersionAsync("flight-delay", package);

        rollout = await rollouts.StartAsync("flight-delay", candidate: 3, new() { Steps = [50], PromoteByHand = true });

        Assert.Equal((RolloutState.Canary, 0.5), (rollout.State, rollout.Share));
        await rollouts.RollBackAsync(rollout.Id, "The experiment is over.");
    }
}
