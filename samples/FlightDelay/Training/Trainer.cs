using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using MlPlatform.Core;
using MlPlatform.Features;
using MlPlatform.Sdk;

namespace FlightDelay;

/// <summary>Gradient-boosted trees with a fixed seed and fixed threads: the same rows give the same trees.</summary>
internal sealed class Trainer(int seed)
{
    private const int Threads = 2;

    /// <summary>Columns of the training rows that the model does not get: keys, times.</summary>
    private static readonly string[] NotInputs = ["origin", "destination", "departed_at", "event_timestamp"];

    public int Seed => seed;

    /// <summary>LightGBM, or FastTree where its native library cannot load (on Linux it needs libgomp).</summary>
    public string Algorithm { get; } = CanLoadLightGbm() ? "LightGBM" : "FastTree";

    public (ModelPackage Package, double Auc) Fit(GridPoint point, TrainingSet train, TrainingSet choose, string label)
    {
        var context = new MLContext(seed);
        var inputs = train.Schema.Columns.Select(c => c.Name).Where(n => n != label && !NotInputs.Contains(n)).ToArray();
        var rows = train.AsDataView(context);
        var model = context
            .Transforms.Conversion.ConvertType([.. inputs.Select(i => new InputOutputColumnPair("_" + i, i))], DataKind.Single)
            .Append(context.Transforms.Concatenate("Features", [.. inputs.Select(i => "_" + i)]))
            .Append(Trees(context, point, label))
            .Fit(rows);
        var heldOut = choose.AsDataView(context);
        var scored = model.Transform(heldOut);
        var auc = BinaryMetrics.Auc(
            [.. scored.GetColumn<bool>(label).Select(l => l ? 1.0 : 0)],
            [.. scored.GetColumn<float>("Probability").Select(p => (double)p)]
        );
        return (ModelPackage.FromMlNet(context, model, heldOut, label, rows, NotInputs), auc.Value);
    }

    private IEstimator<ITransformer> Trees(MLContext context, GridPoint point, string label) =>
        Algorithm == "LightGBM"
            ? context.BinaryClassification.Trainers.LightGbm(
                new LightGbmBinaryTrainer.Options
                {
                    LabelColumnName = label,
                    NumberOfLeaves = point.Leaves,
                    NumberOfIterations = point.Trees,
                    LearningRate = point.LearningRate,
                    MinimumExampleCountPerLeaf = 100,
                    NumberOfThreads = Threads,
                    Seed = seed,
                    Deterministic = true,
                    Silent = true,
                }
            )
            : context.BinaryClassification.Trainers.FastTree(
                new FastTreeBinaryTrainer.Options
                {
                    LabelColumnName = label,
                    NumberOfLeaves = point.Leaves,
                    NumberOfTrees = point.Trees,
                    LearningRate = point.LearningRate,
                    MinimumExampleCountPerLeaf = 100,
                    NumberOfThreads = Threads,
                    Seed = seed,
                }
            );

    private static bool CanLoadLightGbm()
    {
        if (!NativeLibrary.TryLoad("lib_lightgbm", typeof(LightGbmBinaryTrainer).Assembly, null, out var handle))
        {
            return false;
        }

        NativeLibrary.Free(handle);
        return true;
    }
}
