using MlPlatform.Features;

namespace MlPlatform.Benchmarks;

/// <summary>Three views over one source of events, each with an hourly or a daily hop.</summary>
internal sealed class FlightFeatures : IFeatureDefinitions
{
    public const string Service = "flight";
    public const string Source = "landings";

    public void Define(IFeatureModelBuilder model)
    {
        var (hour, day) = (TimeSpan.FromHours(1), TimeSpan.FromDays(1));
        model.Entity<OriginKey>("origin");
        model.Entity<DestinationKey>("destination");
        model.Entity<RouteKey>("route");
        var landings = model.Source<Landing>(Source, s => s.EventTime(l => l.At).Id(l => l.Number));
        var origin = model.AggregateView<OriginKey, Landing, OriginDelays>(
            "origin_delays",
            landings,
            v =>
                v.Key(l => new OriginKey(l.Origin))
                    .Window(day, hour, w => w.Mean(l => l.Late, f => f.OriginLate).Mean(l => l.Delay, f => f.OriginDelay))
        );
        var destination = model.AggregateView<DestinationKey, Landing, DestinationDelays>(
            "destination_delays",
            landings,
            v =>
                v.Key(l => new DestinationKey(l.Destination))
                    .Window(day, hour, w => w.Mean(l => l.Late, f => f.DestinationLate).Mean(l => l.Delay, f => f.DestinationDelay))
        );
        var route = model.AggregateView<RouteKey, Landing, RouteDelays>(
            "route_delays",
            landings,
            v =>
                v.Key(l => new RouteKey(l.Origin, l.Destination))
                    .Window(30 * day, day, w => w.Mean(l => l.Late, f => f.RouteLate).Mean(l => l.Delay, f => f.RouteDelay))
        );
        model.Service(Service, s => s.Include(origin).Include(destination).Include(route));
    }
}
