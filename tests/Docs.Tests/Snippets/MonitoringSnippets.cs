using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlPlatform.Core;
using MlPlatform.Monitoring;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Serving;
using MlPlatform.Testing;

namespace Docs.Tests.Snippets;

public sealed class MonitoringSnippets
{
    private static readonly DateTimeOffset Day = new(2001, 4, 1, 0, 0, 0, TimeSpan.Zero);

    public sealed record Flight(string Carrier, float Distance);

    public sealed record LateFlight(float Probability);

    [Fact]
    public async Task Profile_outcomes_verdicts_and_alerts()
    {
        var clock = new ManualTimeProvider(Day.AddHours(12));
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(clock);
        services
            .AddMlPlatform()
            .AddPredictor<Flight, LateFlight>("flight-delay@champion")
            .AddMonitoring(m =>
                m.AddMonitor(
                    "flight-delay",
                    o =>
                    {
                        o.Window = TimeSpan.FromDays(1);
                        o.LabelHorizon = TimeSpan.FromDays(3);
                        o.AlertAfter = 1;
                    }
                )
            );

        await using var running = await RunningPlatform.StartAsync(services);
        var (models, monitor) = (running.Get<IModelRegistry>(), running.Get<IModelMonitor>());
        var predictor = running.Get<IPredictor<Flight, LateFlight>>();
        var (context, flights) = (new MLContext(seed: 1), FlightRows.Make(600));
        var rows = context.Data.LoadFromEnumerable(flights);
        var model = FlightRows.Train(context, rows);

        // The profile of inputs and scores, and the AUC, are made here and travel in the package.
        var package = ModelPackage.FromMlNet(context, model, heldOut: rows, label: "Late");
        var version = await models.RegisterVersionAsync("flight-delay", package);
        await models.PromoteAsync(version.Id);

        foreach (var flight in flights)
        {
            // Somebody sends kilometres.
            var answer = await predictor.PredictAsync(new Flight(flight.Carrier, flight.Distance * 1.609f));

            // Hours later it is known whether the flight was late.
            await monitor.RecordOutcomeAsync(answer.PredictionId, flight.Late ? 1 : 0);
        }

        clock.Set(Day.AddDays(2));
        await monitor.EvaluateDueAsync(); // Recurring work does this by itself, every hour of platform time.
        var evaluation = await monitor.EvaluateAsync("flight-delay", Day, Day.AddDays(1));
        foreach (var verdict in evaluation.Verdicts)
        {
            Console.WriteLine($"{verdict.Kind}: {verdict.State}. {verdict.Reason}");
        }

        Assert.Equal(600, evaluation.Rows);
        Assert.Equal(MonitorState.Drifted, evaluation[MonitorKind.Drift].State);

        var performance = await monitor.GetPerformanceAsync("flight-delay", Day, Day.AddDays(1));
        Console.WriteLine(
            $"AUC {performance.Auc:0.000} ({performance.AucLow:0.000} to {performance.AucHigh:0.000}), {performance.Coverage:P0} labelled"
        );

        Assert.Equal(600, performance.Labelled);
        Assert.InRange(performance.Auc, 0.6, 1);

        var alerts = await monitor.GetAlertsAsync("flight-delay", openOnly: true);
        var evaluations = await monitor.GetEvaluationsAsync("flight-delay", limit: 30); // One for each window and kind.

        Assert.Contains(alerts, a => a.Kind == MonitorKind.Drift);
        Assert.NotEmpty(evaluations);
    }

    [Fact]
    public async Task Profile_is_built_by_hand_for_other_runtimes()
    {
        var flights = FlightRows.Make(600);
        var package = ModelPackage.Create(
            new(ModelRuntime.Onnx, "1.31"),
            new([new("carrier", DataType.String), new("distance", DataType.Float32)], [new("probability", DataType.Float32)]),
            new ModelFileContent("model.onnx", ModelFileRole.Model, "application/octet-stream", new byte[] { 1 })
        );
        double[] distances = [.. flights.Select(f => (double)f.Distance)];
        string?[] carriers = [.. flights.Select(f => f.Carrier)];
        double[] scores = [.. flights.Select(f => (double)f.Distance / 2000)];

        var profile = new ReferenceProfileBuilder()
            .AddNumeric("distance", distances)
            .AddCategorical("carrier", carriers)
            .AddScores(scores)
            .SetMetric("auc", 0.71)
            .Build();
        package = package.WithFile(new("profile.bin", ModelFileRole.Profile, ReferenceProfile.MediaType, profile.ToBytes()));

        var file = package.Manifest.Find(ModelFileRole.Profile)!;
        var read = ReferenceProfile.FromBytes(await package.ReadAsync(file.Path));
        Assert.Equal(0.71, read.Metrics["auc"]);
        Assert.Equal(["carrier"], read.Categories.Select(c => c.Name));
    }

    [Fact]
    public async Task Monitoring_stands_alone()
    {
        var services = new ServiceCollection();
        services.AddMlPlatformCore(o => o.DataDirectory = "data").UseSqlite().AddMonitoring(m => m.AddMonitor("flight-delay"));

        await using var running = await RunningPlatform.StartAsync(services);
        Assert.Empty(await running.Get<IModelMonitor>().GetAlertsAsync());
    }
}
