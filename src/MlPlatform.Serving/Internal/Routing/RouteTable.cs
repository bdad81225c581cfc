using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Where a predictor's requests go now. Immutable; replaced as a whole.</summary>
internal sealed class RouteTable<TIn, TOut>(BoundVersion<TIn, TOut> primary)
{
    public BoundVersion<TIn, TOut> Primary { get; } = primary;

    /// <summary>A rollout's version; null without a rollout that has traffic.</summary>
    public BoundVersion<TIn, TOut>? Candidate { get; init; }

    /// <summary>What answers of <see cref="Primary"/> say of their way.</summary>
    public PredictionRoute PrimaryRoute { get; init; } = PredictionRoute.Primary;

    public TrafficSplit Split { get; init; }

    /// <summary>Where copies of requests go; null when none are made.</summary>
    public ShadowLane<TIn, TOut>? Shadow { get; init; }

    /// <summary>What the rollout's step counts; null without one.</summary>
    public StepCounters? Counters { get; init; }

    public BoundVersion<TIn, TOut> Choose(in PredictCall call, out PredictionRoute route)
    {
        if (Candidate is { } candidate && !call.PrimaryOnly && Split.Takes(call.RoutingKey, call.Id))
        {
            route = PredictionRoute.Canary;
            return candidate;
        }

        route = PrimaryRoute;
        return Primary;
    }
}
