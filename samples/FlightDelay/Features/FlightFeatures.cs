using MlPlatform.Features;

namespace FlightDelay;

/// <summary>What is known about an airport or a route when a flight departs: how late the flights were that have landed.</summary>
internal sealed class FlightFeatures : IFeatureDefinitions
{
    public const string Service = "flight";
    public const string Source = "landings";

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public void Define(IFeatureModelBuilder model)
    {
        model.Entity<OriginKey>("origin", e => e.OwnedBy("network-ops"));
        model.Entity<DestinationKey>("destination", e => e.OwnedBy("network-ops"));
        model.Entity<RouteKey>("route", e => e.OwnedBy("network-ops"));

        // A landing becomes an event when it is known, six hours after departure: no feature can see it earlier.
        var landings = model.Source<Landing>(Source, s => s.EventTime(l => l.KnownAt).Id(l => l.Number).OwnedBy("network-ops"));
        var origin = model.AggregateView<OriginKey, Landing, OriginDelays>(
            "origin_delays",
            landings,
            v =>
                v.Key(l => new OriginKey(l.Origin))
                    .Window(3 * Hour, Hour, w => w.Mean(l => l.Late, f => f.OriginLate3h).Mean(l => l.Delay, f => f.OriginDelay3h))
                    .Window(Day, Hour, w => w.Mean(l => l.Late, f => f.OriginLate24h).Mean(l => l.Delay, f => f.OriginDelay24h))
        );
        var destination = model.AggregateView<DestinationKey, Landing, DestinationDelays>(
            "destination_delays",
            landings,
            v =>
                v.Key(l => new DestinationKey(l.Destination))
                    .Window(
                        3 * Hour,
                        Hour,
                        w => w.Mean(l => l.Late, f => f.DestinationLate3h).Mean(l => l.Delay, f => f.DestinationDelay3h)
                    )
                    .Window(Day, Hour, w => w.Mean(l => l.Late, f => f.DestinationLate24h).Mean(l => l.Delay, f => f.DestinationDelay24h))
        );
        var route = model.AggregateView<RouteKey, Landing, RouteDelays>(
            "route_delays",
            landings,
            v =>
                v.Key(l => new RouteKey(l.Origin, l.Destination))
                    .Window(30 * Day, Day, w => w.Mean(l => l.Late, f => f.RouteLate30d).Mean(l => l.Delay, f => f.RouteDelay30d))
        );
        var clock = model.OnDemand<FlightRequest, DepartureClock>("departure_clock", Clock);
        model.Service(
            Service,
            s => s.Include(origin).Include(destination).Include(route).Include(clock).Request<FlightRequest>(r => r.Distance)
        );
    }

    private static DepartureClock Clock(FlightRequest request) =>
        new((float)request.DepartedAt.TimeOfDay.TotalHours, (int)request.DepartedAt.DayOfWeek);
}
