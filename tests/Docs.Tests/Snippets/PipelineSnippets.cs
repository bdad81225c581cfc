using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlPlatform.Core;
using MlPlatform.Pipelines;
using MlPlatform.Registry;
using MlPlatform.Sdk;
using MlPlatform.Testing;

namespace Docs.Tests.Snippets;

public sealed class PipelineSnippets
{
    private static readonly DateTimeOffset Start = new(2001, 4, 1, 0, 0, 0, TimeSpan.Zero);

    public sealed record TrainParams(string Carrier = "AA", int Rows = 400)
    {
        public IReadOnlyList<float> Regularizations { get; init; } = [0.1f, 1f];
    }

    public sealed record Fit(float Regularization, double Auc, ArtifactDigest Package);

    public sealed class TrainPipeline(IModelRegistry models) : Pipeline<TrainParams>
    {
        public override void Define(PipelineBuilder<TrainParams> pipeline)
        {
            var rows = pipeline.Step("rows", (c, _) => Task.FromResult(c.Params.Rows)).Cache(CachePolicy.ByKey);
            var fits = pipeline
                .Map("fit", x => x.Regularizations, (c, regularization, ct) => FitAsync(c, c.Get(rows), regularization, ct))
                .After(rows)
                .Parallel(4)
                .Retry(2)
                .Timeout(TimeSpan.FromMinutes(30));
            var best = pipeline.Step("select", fits, (_, all, _) => Task.FromResult(all.MaxBy(f => f.Auc)!));
            var good = pipeline.Gate("quality", best, (c, fit, _) => Task.FromResult(Judge(fit, c.AsOf)));
            var signed = pipeline.Approve("sign", best, role: "owner", expires: TimeSpan.FromDays(3)).After(good);
            pipeline.Step("register", best, RegisterAsync).After(signed);
        }

        private async Task<string> RegisterAsync(StepContext<TrainParams> c, Fit best, CancellationToken cancellationToken)
        {
            var package = await ModelPackage.OpenAsync(c.Artifacts, best.Package, cancellationToken);
            var stored = await models.StorePackageAsync(package, cancellationToken);
            c.OnCommit(work => models.RegisterVersionAsync(work, "flight-delay", stored)); // In the step's own transaction: exactly once.
            return "flight-delay";
        }

        private static GateResult Judge(Fit fit, DateTimeOffset at)
        {
            var verdict = fit.Auc >= 0.6 ? GateVerdict.Pass : GateVerdict.Fail;
            return new(
                "quality",
                new(AssetKind.Artifact, fit.Package.ToString()),
                verdict,
                $"AUC {fit.Auc:0.000}, at least 0.6 is asked.",
                at
            );
        }

        private static async Task<Fit> FitAsync(StepContext c, int rows, float regularization, CancellationToken cancellationToken)
        {
            var context = new MLContext(seed: 1);
            var data = context.Data.LoadFromEnumerable(FlightRows.Make(rows));
            var model = context
                .Transforms.Concatenate("Features", "Distance")
                .Append(context.Transforms.NormalizeMinMax("Features"))
                .Append(context.BinaryClassification.Trainers.LbfgsLogisticRegression("Late", l2Regularization: regularization))
                .Fit(data);
            var auc = context.BinaryClassification.Evaluate(model.Transform(data), "Late").AreaUnderRocCurve;
            return new(
                regularization,
                auc,
                await c.StoreAsync(ModelPackage.FromMlNet(context, model, data.Schema, "Late", "Carrier"), cancellationToken)
            );
        }
    }

    public sealed class WaitPipeline : Pipeline<TrainParams>
    {
        public override void Define(PipelineBuilder<TrainParams> pipeline)
        {
            var asked = pipeline.Step("ask", (c, _) => Task.FromResult(c.AsOf));
            pipeline.Wait(
                "labels",
                asked,
                (c, since, _) =>
                {
                    var now = c.Services.GetRequiredService<Clocks>().Platform.GetUtcNow();
                    return Task.FromResult(
                        now < since.AddHours(6) ? WaitResult.Until<string>(since.AddHours(6)) : WaitResult.Done("labels are in")
                    );
                }
            );
        }
    }

    private sealed class Ann : IActorAccessor
    {
        public Actor Current { get; } = new(ActorKind.Person, "ann") { Roles = ["owner"] };
    }

    [Fact]
    public async Task Run_approve_explain_and_trigger()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IActorAccessor, Ann>();
        services
            .AddMlPlatform()
            .AddPipeline<TrainPipeline>(t =>
                t.Every("0 3 * * 1").OnEvent(EventTypes.AlertOpened).Cooldown(TimeSpan.FromHours(24)).Budget(3, TimeSpan.FromDays(7))
            );

        await using var running = await RunningPlatform.StartAsync(services);
        var runner = running.Get<IPipelineRunner>();

        var run = await runner.RunAsync<TrainPipeline, TrainParams>(new("AA")); // In the journal; any process may work on it.
        var info = await runner.WaitAsync(run, untilWaiting: true); // The approval is open: info.State is Waiting.
        await runner.ApproveAsync(run, "sign", "Better on every slice.");
        info = await runner.WaitAsync(run); // State, and every step with attempt, error, duration and cache reason.

        Assert.Equal(PipelineRunState.Succeeded, info.State);
        Assert.Single(await running.Get<IModelRegistry>().ListVersionsAsync("flight-delay"));

        var second = await runner.RunAsync<TrainPipeline, TrainParams>(new("AA", Rows: 300));
        await runner.WaitAsync(second, untilWaiting: true);
        var explanation = await runner.ExplainAsync(second, "rows"); // Field names what differs from the nearest earlier run.
        await runner.RejectAsync(second, "sign", "Fewer rows.");

        Assert.Equal(run, explanation.ComparedWith);
        Assert.NotNull(explanation.Field);
        Assert.Equal(PipelineRunState.GateFailed, (await runner.WaitAsync(second)).State);
    }

    [Fact]
    public async Task Wait_holds_no_thread_and_settles_by_platform_time()
    {
        var clock = new ManualTimeProvider(Start);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(clock);
        services
            .AddMlPlatform(o => o.RunRecurringWork = false)
            .AddPipelines(p =>
                p.AddPipeline<WaitPipeline>()
                    .Configure(o =>
                    {
                        o.RunSteps = false;
                        o.Slots = 1;
                    })
            );
        await using var running = await RunningPlatform.StartAsync(services);
        var runner = running.Get<IPipelineRunner>();

        var run = await runner.RunAsync<WaitPipeline, TrainParams>(new());
        await runner.SettleAsync(); // Works until everything has ended or waits.
        clock.Advance(TimeSpan.FromHours(6));
        await runner.SettleAsync();

        Assert.Equal(PipelineRunState.Succeeded, (await runner.GetRunAsync(run))!.State);
        Assert.Equal("labels are in", await runner.GetOutputAsync<string>(run, "labels"));
    }
}
