using System.Globalization;
using MlPlatform.Core;
using MlPlatform.Features;
using MlPlatform.Pipelines;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Serving;

namespace FlightDelay;

/// <summary>From what is known to a version that serves, or to the reason why not.</summary>
internal sealed class TrainFlightDelay(
    FlightHistory history,
    Trainer trainer,
    IFeatureStore features,
    IExperimentTracker experiments,
    IModelRegistry models
) : Pipeline<TrainParameters>
{
    private const string Label = "late";

    public override string Name => FlightModel.Pipeline;

    public override void Define(PipelineBuilder<TrainParameters> pipeline)
    {
        var train = pipeline.Step("training-rows", (c, ct) => RowsAsync(c, Part.Train, ct));
        var choose = pipeline.Step("choosing-rows", (c, ct) => RowsAsync(c, Part.Choose, ct));
        var judge = pipeline.Step("judging-rows", (c, ct) => RowsAsync(c, Part.Judge, ct));
        var run = pipeline.Step("run", train, StartRunAsync);
        var fitted = pipeline
            .Map("fit", p => p.Grid, (c, point, ct) => FitAsync(c, point, c.Get(run), c.Get(train), c.Get(choose), ct))
            .After(run, train, choose)
            .Parallel(1);
        var version = pipeline.Step("register", fitted, RegisterAsync);
        var gate = pipeline.ChampionGate(
            "beats-champion",
            version,
            judge,
            Label,
            ChampionComparison.NotWorse(0.002) with
            {
                AbsoluteMinimum = 0.6,
            }
        );
        pipeline.Deploy(
            "canary",
            version,
            gate,
            new RolloutOptions
            {
                Steps = [20, 50],
                Hold = TimeSpan.FromHours(12), // Long enough for labels, which come six hours late.
                MaximumStepTime = TimeSpan.FromDays(3),
            }
        );
    }

    private enum Part
    {
        Train,
        Choose,
        Judge,
    }

    private async Task<StoredTrainingSet> RowsAsync(StepContext<TrainParameters> c, Part part, CancellationToken cancellationToken)
    {
        var heldOut = c.AsOf.UtcDateTime - TimeSpan.FromDays(c.Params.HeldOutDays);
        var middle = c.AsOf.UtcDateTime - TimeSpan.FromDays(c.Params.HeldOutDays / 2.0);
        var examples = part switch
        {
            // A flight that departed before the cut but landed after it was not known then.
            Part.Train => history.Examples(DateTime.MinValue, heldOut, heldOut, c.Params.MaximumRows),
            Part.Choose => history.Examples(heldOut, middle, c.AsOf.UtcDateTime, c.Params.MaximumRows),
            _ => history.Examples(middle, DateTime.MaxValue, c.AsOf.UtcDateTime, c.Params.MaximumRows),
        };
        return await c.StoreAsync(
            await features.GetTrainingSetAsync(examples, FlightFeatures.Service, cancellationToken: cancellationToken),
            cancellationToken
        );
    }

    private async Task<RunId> StartRunAsync(StepContext<TrainParameters> c, StoredTrainingSet rows, CancellationToken cancellationToken)
    {
        await using var run = await experiments.StartRunAsync(
            FlightModel.Name,
            new()
            {
                Name = $"as of {c.AsOf:yyyy-MM-dd HH:mm}",
                Provenance = new() { Seed = c.Seed },
            },
            cancellationToken
        );
        await run.LogInputAsync(new(rows.Service, rows.Digest.ToString()), cancellationToken);
        await run.LogParamsAsync(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["algorithm"] = trainer.Algorithm,
                ["rows"] = rows.Rows.ToString(CultureInfo.InvariantCulture),
            },
            cancellationToken
        );
        return run.Id;
    }

    private async Task<Fitted> FitAsync(
        StepContext<TrainParameters> c,
        GridPoint point,
        RunId parent,
        StoredTrainingSet train,
        StoredTrainingSet choose,
        CancellationToken cancellationToken
    )
    {
        await using var run = await experiments.StartRunAsync(
            FlightModel.Name,
            new()
            {
                Name = $"{point.Leaves} leaves, {point.Trees} trees",
                ParentRunId = parent,
                Provenance = new() { Seed = trainer.Seed },
            },
            cancellationToken
        );
        await run.LogParamsAsync(point.ToParams(), cancellationToken);
        var (package, auc) = trainer.Fit(
            point,
            await c.LoadAsync(train, cancellationToken),
            await c.LoadAsync(choose, cancellationToken),
            Label
        );
        run.LogMetric("auc", auc);
        package = package.With(m =>
            m with
            {
                Provenance = m.Provenance with { RunId = run.Id.ToString(), TrainingSet = train.Digest.ToString(), Seed = trainer.Seed },
            }
        );
        return new(run.Id, auc, await c.StoreAsync(package, cancellationToken));
    }

    private async Task<ModelVersionId> RegisterAsync(
        StepContext<TrainParameters> c,
        IReadOnlyList<Fitted> fitted,
        CancellationToken cancellationToken
    )
    {
        var best = fitted.MaxBy(f => f.Auc)!;
        var version = await models.RegisterVersionAsync(
            FlightModel.Name,
            await ModelPackage.OpenAsync(c.Artifacts, best.Package, cancellationToken),
            new()
            {
                RunId = best.Run,
                IdempotencyKey = c.IdempotencyKey, // Tried again after a crash, it is the same version.
                Tags = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["auc"] = best.Auc.ToString("R", CultureInfo.InvariantCulture),
                },
            },
            cancellationToken
        );
        return version.Id;
    }
}
