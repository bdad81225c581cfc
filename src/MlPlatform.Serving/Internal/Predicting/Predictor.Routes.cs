using System.Collections.Concurrent;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

internal sealed partial class Predictor<TIn, TOut>
{
    private readonly ConcurrentDictionary<LoadedVersion, BoundVersion<TIn, TOut>> bindings = new(ReferenceEqualityComparer.Instance);

    public override LoadedVersion? Primary => table?.Primary.Version;

    public override LoadedVersion? Candidate => table?.Candidate?.Version;

    public override double Share => (double)(table?.Split.Buckets ?? 0) / TrafficSplit.Total;

    public override ModelOverloadedException? Refuse(PredictionPriority priority = default) =>
        table is { Candidate: null } routes ? routes.Primary.Version.Executor.Refuse(priority) : null;

    public override async Task BindAsync(LoadedVersion version, CancellationToken cancellationToken)
    {
        if (bindings.ContainsKey(version))
        {
            return;
        }

        var bound = await binder.BindAsync(version, cancellationToken).ConfigureAwait(false);
        ForgetRetired(); // Loads that failed after this step publish nothing, and are tried again and again.
        bindings[version] = bound;
    }

    public override void Publish(LoadedVersion primary, LoadedVersion? candidate, Rollout? rollout, StepCounters? counters)
    {
        var before = table;
        var lane = before?.Shadow;
        if (rollout?.State != RolloutState.Shadow || candidate is null)
        {
            lane = null;
        }
        else if (lane is null || lane.Version != candidate || lane.Counters != counters)
        {
            lane = new(bindings[candidate], features, sink, counters!, TrafficSplit.SaltOf(rollout), shadowQueueSize, logger);
        }

        table = new(bindings[primary])
        {
            Candidate = candidate is null ? null : bindings[candidate],
            Split = candidate is null ? default : TrafficSplit.Of(TrafficSplit.SaltOf(rollout!), rollout!.Share),
            Shadow = lane,
            Counters = candidate is null ? null : counters,
        };
        if (before?.Shadow is { } old && old != lane)
        {
            old.Close();
        }

        ForgetRetired();
    }

    /// <summary>Routes of one request alone: without a rollout to count it, and without a shadow.</summary>
    private RouteTable<TIn, TOut> RoutesTo(PredictionTarget target)
    {
        var routes = table!;
        if (routes.Candidate is { } candidate && (target == PredictionTarget.Candidate || candidate.Version.Id.Version == target.Version))
        {
            return new(candidate) { PrimaryRoute = PredictionRoute.Targeted };
        }

        if (routes.Primary.Version.Id.Version == target.Version)
        {
            return new(routes.Primary) { PrimaryRoute = PredictionRoute.Targeted };
        }

        var others = routes.Candidate is null ? "it has no candidate" : $"its candidate is {routes.Candidate.Version.Id}";
        throw new PredictionInputException(
            $"'{Reference}' cannot answer by '{target}': it serves {routes.Primary.Version.Id}, and {others}."
        );
    }

    private void ForgetRetired()
    {
        foreach (var version in bindings.Keys.Where(v => v.Leases.IsClosed))
        {
            bindings.TryRemove(version, out _);
        }
    }

    public override Task DrainShadowAsync() => table?.Shadow?.DrainAsync() ?? Task.CompletedTask;

    public override void Close()
    {
        closed = true;
        table?.Shadow?.Close();
    }
}
