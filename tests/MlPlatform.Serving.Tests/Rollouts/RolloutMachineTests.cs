using CsCheck;
using MlPlatform.Core;
using MlPlatform.Testing;

namespace MlPlatform.Serving.Tests;

/// <summary>Rollouts of two processes on one database against <see cref="RolloutModel"/>, with faults at every point of a move.</summary>
public sealed class RolloutMachineTests
{
    internal static readonly RolloutOptions Options = RolloutHost.Options(60, 100) with { MinimumRequests = 1, Shadow = true };

    private static readonly Gen<Operation> Operations = Gen.Select(
        Gen.Int[0, 9],
        Gen.Int[0, 1],
        OneOf(1, 20, 200),
        OneOf(GateVerdict.Pass, GateVerdict.Pass, GateVerdict.Pass, GateVerdict.Inconclusive, GateVerdict.Fail),
        OneOf<string?>(null, null, null, "rollout.started", "rollout.moving", "rollout.written", "rollout.moved"),
        (kind, replica, minutes, verdict, fault) => new Operation(kind, replica, minutes, verdict, fault)
    );

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Rollouts_do_what_the_model_says_when_replicas_race_and_moves_are_cut_off() =>
        Operations.Array[1, 14].SampleAsync(RunAsync, iter: 25, threads: 1);

    private static async Task RunAsync(Operation[] operations)
    {
        await using var first = await RolloutHost.StartAsync();
        await using var second = new RolloutHost(first);
        await second.Serving.Server.RefreshAsync("m", Token);
        var model = new RolloutModel();
        foreach (var operation in operations)
        {
            await ApplyAsync(operation, first, second, model);
            var rollouts = await first.Rollouts.ListAsync("m", Token);
            var actual = rollouts.Count == 0 ? null : rollouts[0];
            Assert.Equal((model.State, model.Step), (actual?.State, actual?.Step ?? -1));
            Assert.Equal(model.Alias, await second.Serving.Models.GetAliasAsync("m", "champion"));
            var events = await first.Serving.EventsAsync(EventTypes.RolloutStarted, EventTypes.RolloutStepped, EventTypes.RolloutEnded);
            Assert.Equal(model.Events, events.Count); // An event for each move, and none for a move that was cut off.
        }
    }

    private static async Task ApplyAsync(Operation operation, RolloutHost first, RolloutHost second, RolloutModel model)
    {
        var host = operation.Replica == 0 ? first : second;
        first.Evidence.Verdict = operation.Verdict;
        switch (operation.Kind)
        {
            case 0 or 1 when !model.IsOpen:
                await StartAsync(operation, host, model);
                break;
            case 2 when model.IsOpen:
                await host.Serving.Models.SetAliasAsync("m", "champion", model.Alias);
                model.MoveAlias();
                break;
            case 3 when model.IsOpen:
                await EndAsync(host, model, operation.Verdict == GateVerdict.Pass ? RolloutState.Promoted : RolloutState.RolledBack);
                break;
            case 4 or 5:
                await TrafficAsync(first, 0); // Both have traffic: neither knows what the other counted in the last second.
                await TrafficAsync(second, operation.Minutes);
                await Task.WhenAll(first.Rollouts.AdvanceAsync(Token), second.Rollouts.AdvanceAsync(Token));
                var wasPending = model.State == RolloutState.Pending;
                model.Advance(operation.Verdict, host.Serving.Clock.GetUtcNow());
                if (wasPending && operation.Verdict == GateVerdict.Fail && (await first.Rollouts.GetCurrentAsync("m", Token)) is null)
                {
                    // The slower one may find the rollout begun, and judge it.
                    model.Advance(operation.Verdict, host.Serving.Clock.GetUtcNow());
                }

                break;
            default:
                await AdvanceAsync(operation, host, model);
                break;
        }
    }

    private static async Task StartAsync(Operation operation, RolloutHost host, RolloutModel model)
    {
        var now = host.Serving.Clock.GetUtcNow();
        var candidate = 3 - model.Alias;
        var cut = await CutAsync(operation, host, () => host.Rollouts.StartAsync("m", candidate, Options, Token));
        model.Start(now);
        if (cut is null or "rollout.moved")
        {
            model.Advance(GateVerdict.Pass, now); // Begun too.
        }
    }

    private static async Task AdvanceAsync(Operation operation, RolloutHost host, RolloutModel model)
    {
        await TrafficAsync(host, operation.Minutes);
        var cut = await CutAsync(operation, host, () => host.Rollouts.AdvanceAsync(Token));
        if (cut is null or "rollout.moved")
        {
            model.Advance(operation.Verdict, host.Serving.Clock.GetUtcNow());
        }
    }

    private static async Task EndAsync(RolloutHost host, RolloutModel model, RolloutState state)
    {
        var open = await host.Rollouts.GetCurrentAsync("m", Token);
        await (
            state == RolloutState.Promoted
                ? host.Rollouts.PromoteAsync(open!.Id, "test", Token)
                : host.Rollouts.RollBackAsync(open!.Id, "test", Token)
        );
        model.End(state, host.Serving.Clock.GetUtcNow());
    }

    private static async Task TrafficAsync(RolloutHost host, int minutes)
    {
        await host.Serving.Server.RefreshAsync("m", Token);
        await host.TrafficAsync(40);
        host.Serving.Clock.Advance(TimeSpan.FromMinutes(minutes));
    }

    /// <summary>Runs a call that may be cut off at the operation's fault point.</summary>
    /// <returns>The point at which it was; null when it was not.</returns>
    private static async Task<string?> CutAsync(Operation operation, RolloutHost host, Func<Task> call)
    {
        if (operation.Fault is not { } point)
        {
            await call();
            return null;
        }

        var hit = false;
        host.Serving.Faults.Arm(
            point,
            () =>
            {
                hit = true;
                throw new InjectedFaultException(point);
            }
        );
        try
        {
            await call();
        }
        catch (Exception e) when (e is InjectedFaultException || e is AggregateException { InnerException: InjectedFaultException })
        {
            // As a killed process would leave it.
        }

        host.Serving.Faults.Arm(point, () => { });
        return hit ? point : null;
    }

    internal sealed record Operation(int Kind, int Replica, int Minutes, GateVerdict Verdict, string? Fault);
}
