using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlPlatform.Monitoring;
using MlPlatform.Sdk;
using MlPlatform.Testing;

namespace FlightDelay;

/// <summary>The platform of this sample: everything on embedded defaults.</summary>
internal static class Platform
{
    /// <summary>All but the day of the week, which a day cannot show.</summary>
    private static readonly string[] Watched =
    [
        "distance",
        "hour_of_day",
        "origin_late3h",
        "origin_delay3h",
        "origin_late24h",
        "origin_delay24h",
        "destination_late3h",
        "destination_delay3h",
        "destination_late24h",
        "destination_delay24h",
        "route_late30d",
        "route_delay30d",
        ReferenceProfile.ScoreColumn,
    ];

    public static ServiceProvider Build(Arguments arguments, ManualTimeProvider clock, FlightHistory history, Trainer trainer)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(clock);
        services.AddSingleton(history);
        services.AddSingleton(trainer);
        services.AddLogging(l => l.AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Error));
        services
            .AddMlPlatform(o =>
            {
                o.DataDirectory = arguments.Directory;
                o.RunRecurringWork = false; // The replay asks for it, hour by hour, so that nothing depends on how fast this machine is.
            })
            .AddFeatures(f => f.AddDefinitions<FlightFeatures>())
            .AddPredictor<FlightRequest, LateFlight>(FlightModel.Reference, o => o.FeatureService = FlightFeatures.Service)
            .AddPipelines(p =>
                p.AddPipeline<TrainFlightDelay>(t => t.OnAlert(FlightModel.Name).Cooldown(TimeSpan.FromDays(14)))
                    .Configure(o =>
                    {
                        o.RunSteps = false; // As above: steps run when the replay settles, one after another.
                        o.Slots = 1;
                        o.MaxLosses = 100; // This process is meant to be killed.
                    })
            )
            .AddMonitoring(m =>
                m.AddMonitor(
                        FlightModel.Name,
                        o =>
                        {
                            // A day is no sample of the week, and rolling delays follow the weather: what is normal moves more than the defaults allow.
                            o.Columns = Watched;
                            o.PsiDrift = 4;
                            o.PsiWarning = 2;
                            o.MeanShiftDrift = 1.5;
                            o.MeanShiftWarning = 1;
                            o.RateDrift = 0.05;
                            o.AucMargin = 0.03;
                        }
                    )
                    .Configure(o =>
                    {
                        o.EvaluationInterval = TimeSpan.FromHours(6);
                        o.RolloutMinimumLabelled = 300;
                    })
            );
        return services.BuildServiceProvider();
    }
}
