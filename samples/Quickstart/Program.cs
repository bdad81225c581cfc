using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.ML;
using MlPlatform.Core;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Serving;
using Quickstart;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddMlPlatform().AddPredictor<Flight, Delay>("late-flight@champion");
using var host = builder.Build();
await host.StartAsync();
var platform = host.Services.GetRequiredService<IMlPlatform>();

// Train with plain ML.NET; the run keeps what was done.
var ml = new MLContext(seed: 1);
var flights = ml.Data.LoadFromTextFile<Flight>(Path.Combine(AppContext.BaseDirectory, "flights.csv"), separatorChar: ',', hasHeader: true);
var split = ml.Data.TrainTestSplit(flights, testFraction: 0.3);
await using var run = await platform.Experiments.StartRunAsync("late-flight");
var model = ml
    .Transforms.Categorical.OneHotEncoding([new("from", "Origin"), new("to", "Destination"), new("weekday", "Day")])
    .Append(ml.Transforms.Concatenate("Features", "from", "to", "weekday", "Hour", "Distance"))
    .Append(ml.Transforms.NormalizeMinMax("Features"))
    .Append(ml.BinaryClassification.Trainers.LbfgsLogisticRegression("Late"))
    .Fit(split.TrainSet);
run.LogMetric("auc", ml.BinaryClassification.Evaluate(model.Transform(split.TestSet), "Late").AreaUnderRocCurve);

// An immutable version, and the alias that servers follow.
var version = await run.RegisterModelAsync("late-flight", ModelPackage.FromMlNet(ml, model, split.TestSet, "Late"));
await platform.Models.PromoteAsync(version.Id);

// Serve it, typed; the answer says which version gave it.
var predictor = host.Services.GetRequiredService<IPredictor<Flight, Delay>>();
var live = ml.Data.CreateEnumerable<Flight>(split.TestSet, reuseRowObject: false).ToList();
var answer = await predictor.PredictAsync(live[0]);
Console.WriteLine($"{answer.ModelVersion} says: late with probability {answer.Value.Probability:P0}");

// Somebody upstream begins to send kilometres. Nobody has to look for it.
foreach (var flight in live)
{
    flight.Distance *= 1.609f;
    await predictor.PredictAsync(flight);
}

var now = TimeProvider.System.GetUtcNow();
var evaluation = await platform.Monitoring.EvaluateAsync("late-flight", now.AddHours(-2), now);
foreach (var verdict in evaluation.Verdicts)
{
    Console.WriteLine($"{verdict.Kind}: {verdict.State}. {verdict.Reason}");
}

await host.StopAsync();
