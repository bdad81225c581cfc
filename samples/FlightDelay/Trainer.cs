using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using MlPlatform.Core;
using MlPlatform.Registry;

namespace FlightDelay;

/// <summary>Trains a small grid, one child run each, and gives back the best by AUC on a later slice.</summary>
internal sealed class Trainer(IExperimentTracker experiments, int seed)
{
    public const string Experiment = "flight-delay";
    private static readonly (int Leaves, int Trees)[] Grid = [(16, 60), (16, 120), (48, 60), (48, 120)];

    public MLContext Context { get; } = new(seed);

    /// <summary>LightGBM, or FastTree where its native library cannot load (on Linux it needs libgomp).</summary>
    public string Algorithm { get; } = CanLoadLightGbm() ? "LightGBM" : "FastTree";

    public async Task<Candidate> TrainAsync(DateTimeOffset asOf, RunDataset dataset, IReadOnlyList<Flight> train, IReadOnlyList<Flight> validate, Action step)
    {
        var name = $"as of {asOf:yyyy-MM-dd}";
        var provenance = new RunProvenance { Seed = seed };
        await using var parent = await experiments.StartRunAsync(Experiment, new() { Name = name, Provenance = provenance });
        await parent.LogInputAsync(dataset);
        await parent.LogParamsAsync(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["algorithm"] = Algorithm,
                ["trainRows"] = Text(train.Count),
                ["validationRows"] = Text(validate.Count),
            }
        );
        Candidate? best = null;
        foreach (var (leaves, trees) in Grid)
        {
            var candidate = await TrainOneAsync(parent, leaves, trees, train, validate);
            best = best is null || candidate.Auc > best.Auc ? candidate : best;
            step();
        }

        parent.LogMetric("auc", best!.Auc);
        await parent.SetTagAsync("best", best.Run.ToString());
        return best;
    }

    public double[] Score(ITransformer model, IReadOnlyList<Flight> flights)
    {
        var scored = model.Transform(Context.Data.LoadFromEnumerable(flights));
        return [.. Context.Data.CreateEnumerable<LateFlight>(scored, reuseRowObject: true).Select(s => (double)s.Probability)];
    }

    private static bool CanLoadLightGbm()
    {
        if (!System.Runtime.InteropServices.NativeLibrary.TryLoad("lib_lightgbm", typeof(LightGbmBinaryTrainer).Assembly, null, out var handle))
        {
            return false;
        }

        System.Runtime.InteropServices.NativeLibrary.Free(handle);
        return true;
    }

    private async Task<Candidate> TrainOneAsync(IRun parent, int leaves, int trees, IReadOnlyList<Flight> train, IReadOnlyList<Flight> validate)
    {
        await using var run = await experiments.StartRunAsync(
            Experiment,
            new()
            {
                Name = $"{leaves} leaves, {trees} trees",
                ParentRunId = parent.Id,
                Provenance = new() { Seed = seed },
            }
        );
        await run.LogParamsAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["leaves"] = Text(leaves), ["trees"] = Text(trees) });
        var data = Context.Data.LoadFromEnumerable(train);
        var model = Pipeline(leaves, trees).Fit(data);
        var auc = BinaryMetrics.Auc([.. validate.Select(f => f.Label ? 1.0 : 0)], Score(model, validate)).Value;
        run.LogMetric("auc", auc);
        return new(run.Id, model, data.Schema, auc);
    }

    private IEstimator<ITransformer> Pipeline(int leaves, int trees)
    {
        string[] categories = [nameof(Flight.Origin), nameof(Flight.Destination), nameof(Flight.DayOfWeek)];
        var features = Context
            .Transforms.Categorical.OneHotEncoding([.. categories.Select(c => new InputOutputColumnPair("_" + c, c))])
            .Append(
                Context.Transforms.Concatenate(
                    "Features",
                    [.. categories.Select(c => "_" + c), nameof(Flight.HourSin), nameof(Flight.HourCos), nameof(Flight.Distance)]
                )
            );
        // One thread and a fixed seed: the same data gives the same trees.
        return Algorithm == "LightGBM"
            ? features.Append(
                Context.BinaryClassification.Trainers.LightGbm(
                    new LightGbmBinaryTrainer.Options
                    {
                        NumberOfLeaves = leaves,
                        NumberOfIterations = trees,
                        LearningRate = 0.1,
                        NumberOfThreads = 1,
                        Seed = seed,
                        Deterministic = true,
                        Silent = true,
                    }
                )
            )
            : features.Append(
                Context.BinaryClassification.Trainers.FastTree(
                    new FastTreeBinaryTrainer.Options
                    {
                        NumberOfLeaves = leaves,
                        NumberOfTrees = trees,
                        LearningRate = 0.1,
                        NumberOfThreads = 1,
                        Seed = seed,
                    }
                )
            );
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
