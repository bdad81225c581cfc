using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using MlPlatform.Core;
using MlPlatform.Features;
using MlPlatform.Sdk;
using MlPlatform.Testing;

namespace Docs.Tests.Snippets;

public sealed class FeatureSnippets
{
    private static readonly DateTimeOffset Noon = new(2001, 4, 1, 12, 0, 0, TimeSpan.Zero);

    public sealed record OriginKey(string Origin);

    public sealed record Landing(string Id, string Origin, DateTimeOffset KnownAt, float Delay, bool Late);

    public sealed record OriginDelays(double? MeanDelay24h, double? LateShare24h, long Flights24h);

    public sealed record AirportReport(string Origin, DateTimeOffset ReportedAt, float WindSpeed);

    public sealed record Weather(float? WindSpeed);

    public sealed record FlightRequest(string Origin, DateTimeOffset DepartedAt);

    public sealed record DepartureClock(float HourOfDay);

    public sealed class FlightFeatures : IFeatureDefinitions
    {
        public void Define(IFeatureModelBuilder model)
        {
            model.Entity<OriginKey>("origin", e => e.OwnedBy("network-ops"));

            // The event time says when a row could be known, not when the flight departed.
            var landings = model.Source<Landing>("landings", s => s.EventTime(l => l.KnownAt).Id(l => l.Id));
            var delays = model.AggregateView<OriginKey, Landing, OriginDelays>(
                "origin_delays",
                landings,
                v =>
                    v.Window(
                        TimeSpan.FromHours(24),
                        hop: TimeSpan.FromMinutes(15),
                        w => w.Mean(l => l.Delay, f => f.MeanDelay24h).Mean(l => l.Late, f => f.LateShare24h).Count(f => f.Flights24h)
                    )
            );

            // The newest row of each key, as long as it is fresh.
            var reports = model.Source<AirportReport>("airport_reports", s => s.EventTime(r => r.ReportedAt));
            var weather = model.View<OriginKey, Weather>("weather", reports, v => v.TimeToLive(TimeSpan.FromHours(3)));

            // Computed from the request, by one method for training and for predictions.
            var clock = model.OnDemand<FlightRequest, DepartureClock>("clock", r => new((float)r.DepartedAt.TimeOfDay.TotalHours));
            model.Service("flight", s => s.Include(delays).Include(weather).Include(clock));
        }
    }

    public sealed record Example(string Origin, DateTimeOffset DepartedAt, DateTimeOffset EventTimestamp, bool Late);

    [Fact]
    public async Task Define_push_train_and_read()
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(new ManualTimeProvider(Noon));
        services.AddMlPlatform().AddFeatures(f => f.AddDefinitions<FlightFeatures>());

        await using var running = await RunningPlatform.StartAsync(services);
        var store = running.Get<IFeatureStore>();
        Landing[] landings =
        [
            new("1", "ORD", Noon.AddHours(-30), 60, true),
            new("2", "ORD", Noon.AddHours(-2), 30, true),
            new("3", "ORD", Noon.AddHours(-1), 10, false),
        ];
        AirportReport[] reports = [new("ORD", Noon.AddHours(-4), 12)];

        var pushed = await store.PushAsync("landings", landings); // Durable, and online, when it returns.
        var again = await store.PushAsync("landings", landings); // The ids are known: again.Accepted is 0.
        await store.PushAsync("airport_reports", reports);

        Assert.Equal((3, 0, 3), (pushed.Accepted, again.Accepted, again.Duplicates));
        var context = new MLContext(seed: 1);

        Example[] examples =
        [
            new("ORD", Noon, EventTimestamp: Noon, Late: true),
            new("ORD", Noon.AddHours(-1.5), EventTimestamp: Noon.AddHours(-1.5), Late: false),
            new("DFW", Noon, EventTimestamp: Noon, Late: false),
        ];
        TrainingSet set = await store.GetTrainingSetAsync(examples, "flight");
        var rows = set.AsDataView(context); // For ML.NET; set.Columns, set.Schema and set.ToBytes() for others.

        Assert.Equal(
            [20.0, 30.0, null],
            set["mean_delay24h"].As<double>().ToArray().Select((v, i) => set["mean_delay24h"].Nulls[i] ? null : (double?)v)
        );
        Assert.True(set["wind_speed"].Nulls[0]);
        Assert.False(set["wind_speed"].Nulls[1]);
        Assert.NotNull(rows.Schema.GetColumnOrNull("hour_of_day"));

        var vector = await store.GetOnlineAsync(
            "flight",
            new Dictionary<string, FeatureValue> { ["origin"] = FeatureValue.Of("ORD"), ["departed_at"] = FeatureValue.Of(Noon) }
        );
        var mean = vector[vector.Schema.IndexOf("mean_delay24h")];
        var wind = vector[vector.Schema.IndexOf("wind_speed")];
        // mean.Value is 20, mean.Status Present; wind.Status is OutsideMaxAge, since the report is four hours old.

        Assert.Equal((20.0, FeatureStatus.Present), (mean.Value.ToDouble(), mean.Status));
        Assert.Equal(FeatureStatus.OutsideMaxAge, wind.Status);

        await store.PushAsync("landings", [new Landing("4", "DFW", Noon.AddDays(-2), 5, false)], PushTarget.Offline); // A back-fill.
        var result = await store.MaterializeAsync("origin_delays"); // Brings it online; may be stopped and repeated.

        Assert.Equal(1, result.Rows);

        var service = await store.DescribeServiceAsync("flight"); // Version, features and inputs.
        var versions = await store.ListAsync(); // All versions of all definitions, with their hashes.

        Assert.Equal(
            ["mean_delay24h", "late_share24h", "flights24h", "wind_speed", "hour_of_day"],
            service.Features.Columns.Select(c => c.Name)
        );
        Assert.Contains(versions, v => v.Asset.Kind == AssetKind.Service);
    }
}
