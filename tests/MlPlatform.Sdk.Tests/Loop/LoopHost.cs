using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;
using MlPlatform.Pipelines;
using MlPlatform.Serving;
using MlPlatform.Testing;

namespace MlPlatform.Sdk.Tests;

/// <summary>The whole platform on a clock that the test moves.</summary>
internal sealed class LoopHost : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ServiceProvider services;
    private int predictions;

    public LoopHost(string directory, DateTimeOffset? now = null)
    {
        Clock = new(now ?? Start);
        var collection = new ServiceCollection();
        collection.AddSingleton<TimeProvider>(Clock);
        collection
            .AddMlPlatform(o =>
            {
                o.DataDirectory = directory;
                o.RunRecurringWork = false;
            })
            .UseTestDatabase(directory)
            .AddFeatures(f => f.AddDefinitions<LoopFeatures>())
            .AddPredictor<Request, Answer>(LoopPipeline.Model + "@champion")
            .AddMonitoring(m => m.Configure(o => o.RolloutMinimumRows = 50))
            .AddPipelines(p =>
                p.AddPipeline<LoopPipeline>(t => t.OnAlert(LoopPipeline.Model))
                    .Configure(o =>
                    {
                        o.RunSteps = false;
                        o.Slots = 1;
                    })
            );
        services = collection.BuildServiceProvider();
        Platform = services.GetRequiredService<IMlPlatform>();
    }

    public ManualTimeProvider Clock { get; }

    public IMlPlatform Platform { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    /// <summary>Moves the clock, lets what is due happen, and serves what came of it.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        Clock.Set(Clock.GetUtcNow() + time);
        await Get<IRecurringWorkRunner>().RunDueAsync(Cancel);
        await Platform.Pipelines.SettleAsync(Cancel);
        await Platform.Server.RefreshAsync(LoopPipeline.Model, Cancel);
    }

    public async Task<PipelineRunInfo> RunAsync(LoopParameters parameters)
    {
        var run = await Platform.Pipelines.RunAsync<LoopPipeline, LoopParameters>(parameters, cancellationToken: Cancel);
        await Platform.Pipelines.SettleAsync(Cancel);
        return await InfoAsync(run);
    }

    public async Task<PipelineRunInfo> InfoAsync(PipelineRunId run) => (await Platform.Pipelines.GetRunAsync(run, Cancel))!;

    public async Task<int?> ChampionAsync() => (await Platform.Models.GetAliasAsync(LoopPipeline.Model, "champion", Cancel))?.Version;

    /// <summary>One look of a deploy step behind a gate that a version has just passed.</summary>
    public async Task<WaitResult<RolloutOutcome>> DeployAsync(int version)
    {
        var id = new ModelVersionId(LoopPipeline.Model, version);
        var champion = new ModelVersionId(LoopPipeline.Model, (await ChampionAsync())!.Value);
        var gate = new GateResult("gate", id.ToAsset(), GateVerdict.Pass, "Better.", Clock.GetUtcNow()) { Baseline = champion.ToAsset() };
        return await Get<Internal.Deployer>().CheckAsync(id, gate, new(), Cancel);
    }

    public async Task PredictAsync(int count)
    {
        var predictor = Get<IPredictor<Request, Answer>>();
        foreach (var row in LoopPipeline.Examples(100 + predictions++, 1, Start).Take(count))
        {
            await predictor.PredictAsync(new(row.X, row.Y), Cancel);
        }
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
