using Microsoft.ML;
using MlPlatform.Core;
using MlPlatform.Features;
using MlPlatform.Pipelines;
using MlPlatform.Registry;
using MlPlatform.Serving;

namespace MlPlatform.Sdk.Tests;

/// <summary>Trains on examples whose labels are as good as the parameters say, judges and deploys.</summary>
internal sealed class LoopPipeline(IFeatureStore features, IModelRegistry models) : Pipeline<LoopParameters>
{
    public const string Model = "loop";

    public override void Define(PipelineBuilder<LoopParameters> pipeline)
    {
        var train = pipeline.Step("train-rows", (c, ct) => RowsAsync(c, 1, c.Params.Signal, ct));
        var heldOut = pipeline.Step("held-out-rows", (c, ct) => RowsAsync(c, 2, 1, ct));
        var version = pipeline.Step("fit", train, FitAsync);
        var gate = pipeline.ChampionGate(
            "beats-champion",
            version,
            heldOut,
            "label",
            ChampionComparison.NotWorse(0.01) with
            {
                AbsoluteMinimum = 0.6,
            }
        );
        var steal = pipeline.Step("steal", version, StealAsync).After(gate);
        pipeline
            .Deploy(
                "deploy",
                version,
                gate,
                new RolloutOptions
                {
                    Steps = [50],
                    Hold = TimeSpan.FromHours(1),
                    MinimumRequests = 50,
                }
            )
            .After(steal);
    }

    public static IReadOnlyList<Example> Examples(int seed, double signal, DateTimeOffset at)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable
                .Range(0, 2000)
                .Select(_ =>
                {
                    var (x, y) = ((float)random.NextDouble(), (float)random.NextDouble());
                    var truth = random.NextDouble() < 1 / (1 + Math.Exp(-6 * (x + y - 1)));
                    return new Example(x, y, at, random.NextDouble() < signal ? truth : random.NextDouble() < 0.5);
                }),
        ];
    }

    private async Task<StoredTrainingSet> RowsAsync(
        StepContext<LoopParameters> c,
        int seed,
        double signal,
        CancellationToken cancellationToken
    ) =>
        await c.StoreAsync(
            await features.GetTrainingSetAsync(Examples(seed, signal, c.AsOf), "loop", cancellationToken: cancellationToken),
            cancellationToken
        );

    private async Task<ModelVersionId> FitAsync(
        StepContext<LoopParameters> c,
        StoredTrainingSet stored,
        CancellationToken cancellationToken
    )
    {
        var context = new MLContext(seed: 1);
        var rows = (await c.LoadAsync(stored, cancellationToken)).AsDataView(context);
        var model = context
            .Transforms.Concatenate("Features", "x", "y")
            .Append(context.BinaryClassification.Trainers.LbfgsLogisticRegression("label"))
            .Fit(rows);
        var package = ModelPackage.FromMlNet(context, model, rows, "label", null, "event_timestamp");
        return (await models.RegisterVersionAsync(Model, package, new() { IdempotencyKey = c.IdempotencyKey }, cancellationToken)).Id;
    }

    private async Task<bool> StealAsync(StepContext<LoopParameters> c, ModelVersionId version, CancellationToken cancellationToken)
    {
        if (c.Params.StealAlias)
        {
            await models.PromoteAsync(version, cancellationToken: cancellationToken);
        }

        return c.Params.StealAlias;
    }
}
