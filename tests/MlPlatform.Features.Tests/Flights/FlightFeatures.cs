namespace MlPlatform.Features.Tests;

/// <summary>One push source, a view of newest rows, a view of aggregates over two hops, transforms, and a service of all.</summary>
public sealed class FlightFeatures : IFeatureDefinitions
{
    public static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(90);

    public void Define(IFeatureModelBuilder model)
    {
        model.Entity<OriginKey>("origin", e => e.OwnedBy("network-ops"));
        var landings = model.Source<Landing>("landings", s => s.EventTime(l => l.KnownAt).CreatedTime(l => l.Recorded).Id(l => l.Id));
        var delays = model.AggregateView<OriginKey, Landing, OriginDelays>(
            "origin_delays",
            landings,
            v =>
                v.Key(l => new OriginKey(l.Origin!))
                    .Window(
                        TimeSpan.FromHours(3),
                        hop: TimeSpan.FromMinutes(15),
                        w =>
                            w.Mean(l => l.Delay, f => f.MeanDelay)
                                .Mean(l => l.Late, f => f.LateShare)
                                .Count(f => f.Flights)
                                .Count(l => l.Delay, f => f.Known)
                                .StdDev(l => l.Delay, f => f.Spread)
                                .Max(l => l.Delay, f => f.Worst)
                                .Min(l => l.Seats, f => f.FewestSeats)
                                .Last(l => l.Delay, f => f.Newest)
                                .First(l => l.Seats, f => f.First)
                    )
                    .Window(TimeSpan.FromMinutes(50), hop: TimeSpan.FromMinutes(7), w => w.Sum(l => l.Delay, f => f.Sum))
        );
        var last = model.View<OriginKey, LastLanding>("last_landing", landings, v => v.TimeToLive(TimeToLive));
        var signals = model.OnDemand<FlightRequest, OriginDelays, Signals>(
            "signals",
            delays,
            (r, d) => new(d is { MeanDelay: > 0 } ? r.Distance / d.MeanDelay : null, r.Hour is < 6)
        );
        var repeat = model.OnDemand<FlightRequest, LastLanding, Signals>("repeat", last, (r, l) => new(l?.Delay * r.Distance, l is null));
        model.Service(
            "flight",
            s => s.Include(delays).Include(last, "last").Include(signals).Include(repeat, "repeat").Request<FlightRequest>()
        );
        model.Service("narrow", s => s.Include(delays, f => f.MeanDelay));
    }
}
