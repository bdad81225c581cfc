using System.Diagnostics.Metrics;
using MlPlatform.Core;

namespace MlPlatform.Serving.Tests;

public sealed class ShadowTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_shadow_that_hangs_drops_copies_and_never_touches_the_primary()
    {
        await using var host = await RolloutHost.StartAsync(shadowQueue: 8);
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var drops = new DropCounter();
        var options = RolloutHost.Options() with { Shadow = true };
        await host.Rollouts.StartAsync("m", 2, options, Token);
        host.Runtime.Models[2] = x =>
        {
            entered.Set();
            release.Wait(CancellationToken.None);
            return x;
        };
        await host.TrafficAsync(1);
        entered.Wait(Token);
        Assert.Equal(0, await host.TrafficAsync(100));
        Assert.Equal(101, host.Observer.All.Count);
        Assert.Equal(100 - 8, drops.Count);

        // The candidate hangs in its worker: rolling it back waits for nothing either.
        var rollout = await host.Rollouts.GetCurrentAsync("m", Token);
        Assert.Equal(RolloutState.RolledBack, (await host.Rollouts.RollBackAsync(rollout!.Id, "hangs", Token)).State);
        release.Set();
    }

    [Fact]
    public async Task A_copy_is_observed_with_its_own_id_and_the_same_inputs()
    {
        await using var host = await RolloutHost.StartAsync();
        await host.Rollouts.StartAsync("m", 2, RolloutHost.Options() with { Shadow = true }, Token);
        var answer = await host.Serving.Predictor<Request, float>().PredictAsync(new(3), new() { Segment = "s" }, Token);
        await host.Rollouts.AdvanceAsync(Token); // Waits for the copies.
        var copy = host.Observer.All.Single(o => o.Route == PredictionRoute.Shadow);
        Assert.NotEqual(answer.PredictionId, copy.Id);
        Assert.Equal(answer.PredictionId.ToString()[..12], copy.Id.ToString()[..12]); // The time at its front.
        Assert.Equal((2, "s", 3d, .75), (copy.Layout.Version.Version, copy.Segment, copy.Numeric[0], copy.Scores[0]));
    }

    private sealed class DropCounter : IDisposable
    {
        private readonly MeterListener listener = new();
        private long count;

        public DropCounter()
        {
            listener.InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == ServingDiagnostics.Name && instrument.Name == "mlplatform.serving.shadow_drops")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>((_, n, _, _) => Interlocked.Add(ref count, n));
            listener.Start();
        }

        public long Count => Interlocked.Read(ref count);

        public void Dispose() => listener.Dispose();
    }
}
