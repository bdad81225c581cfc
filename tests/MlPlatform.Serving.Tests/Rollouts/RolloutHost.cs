using Microsoft.Extensions.DependencyInjection;
using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

/// <summary>A process with versions 1 (champion) and 2 of a scripted model.</summary>
internal sealed class RolloutHost : IAsyncDisposable
{
    private long next;

    public RolloutHost(
        RolloutHost? replicaOf = null,
        bool withEvidence = true,
        int shadowQueue = 256,
        TimeProvider? work = null,
        TimeSpan? maxQueueTime = null,
        ScriptedRuntime? runtime = null
    )
    {
        Runtime = runtime ?? replicaOf?.Runtime ?? new() { Models = { [1] = x => 0.25f, [2] = x => 0.75f } };
        Evidence = replicaOf?.Evidence ?? new();
        Observer = new();
        Serving = new(
            b =>
            {
                b.Services.AddSingleton<Internal.IModelRuntime>(Runtime);
                b.Services.AddSingleton<IPredictionObserver>(Observer);
                if (withEvidence)
                {
                    b.Services.AddSingleton<IRolloutEvidence>(Evidence);
                }

                b.AddServing(o => (o.ShadowQueueSize, o.MaxQueueTime) = (shadowQueue, maxQueueTime ?? o.MaxQueueTime))
                    .AddPredictor<Request, float>("m@champion");
            },
            replicaOf?.Serving,
            work
        );
        ScriptedRuntime.Add(Serving.Packages, 1);
        ScriptedRuntime.Add(Serving.Packages, 2);
    }

    public ServingHost Serving { get; }

    public ScriptedRuntime Runtime { get; }

    public ScriptedEvidence Evidence { get; }

    public RecordingObserver Observer { get; }

    public IRollouts Rollouts => Serving.Get<IRollouts>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static RolloutOptions Options(params double[] steps) =>
        new()
        {
            Steps = steps.Length == 0 ? [10, 50] : steps,
            Hold = TimeSpan.FromMinutes(15),
            MaximumStepTime = TimeSpan.FromHours(2),
            MinimumRequests = 20,
        };

    public static async Task<RolloutHost> StartAsync(bool withEvidence = true, int shadowQueue = 256)
    {
        var host = new RolloutHost(withEvidence: withEvidence, shadowQueue: shadowQueue);
        await host.Serving.Models.SetAliasAsync("m", "champion", 1);
        await host.Serving.Server.RefreshAsync("m", Token);
        return host;
    }

    /// <summary>Predicts with routing keys 0, 1, 2, ... and returns how many the candidate answered.</summary>
    public async Task<int> TrafficAsync(int requests)
    {
        var predictor = Serving.Predictor<Request, float>();
        var canary = 0;
        for (var i = 0; i < requests; i++)
        {
            var answer = await predictor.PredictAsync(new(1), new() { RoutingKey = $"user{next++}" }, Token);
            canary += answer.Route == PredictionRoute.Canary ? 1 : 0;
        }

        return canary;
    }

    public async Task<Rollout> AdvanceAsync(TimeSpan by)
    {
        Serving.Clock.Advance(by);
        await Rollouts.AdvanceAsync(Token);
        return (await Rollouts.ListAsync("m", Token))[0];
    }

    public ValueTask DisposeAsync() => Serving.DisposeAsync();
}
