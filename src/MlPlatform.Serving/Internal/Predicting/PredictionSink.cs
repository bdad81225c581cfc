using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using MlPlatform.Core;

namespace MlPlatform.Serving.Internal;

/// <summary>Runs a version and tells everyone who counts: metrics, the rollout, monitoring, consumption. Allocates nothing.</summary>
internal sealed class PredictionSink(
    IConsumptionRecorder consumption,
    IActorAccessor actors,
    Clocks clocks,
    ILogger<PredictionSink> logger,
    IPredictionObserver? observer = null
)
{
    /// <summary>Runs a slot's model at once, beside the requests of the version.</summary>
    /// <exception cref="PredictionFailedException">The model failed; counted.</exception>
    public void Run(LoadedVersion version, Slot slot, PredictionRoute route, TrafficCounter? counter)
    {
        slot.Begin(clocks.Work.GetTimestamp(), isTimed: false);
        try
        {
            slot.Run();
            slot.RunTicks = slot.Lap(clocks.Work);
            slot.Tally.Ran(slot.RunTicks);
        }
        catch (Exception e)
        {
            slot.RunTicks = slot.Lap(clocks.Work);
            Failed(version, slot, route, counter);
            throw new PredictionFailedException(version.Id, e);
        }
    }

    /// <summary>Counts a run that the model failed in.</summary>
    public static void Failed(LoadedVersion version, Slot slot, PredictionRoute route, TrafficCounter? counter)
    {
        counter?.Count(slot.RunTicks, isError: true);
        ServingDiagnostics.Failures.Add(1, version.Tags[(int)route]);
        slot.Tally.Failed(slot.RunTicks);
    }

    /// <summary>Counts an answer and shows each of its rows to the observer.</summary>
    public void Answered(LoadedVersion version, Slot slot, in PredictCall call, PredictionRoute route, TrafficCounter? counter)
    {
        var tags = version.Tags[(int)route];
        var ticks = slot.RunTicks;
        var isFinite = true;
        for (var row = 0; row < slot.Inputs.Rows; row++)
        {
            var (label, isRowFinite) = version.Observation.Read(slot, row);
            isFinite &= isRowFinite;
            if (observer is not null)
            {
                Observe(version, slot, call, PredictionIds.OfRow(call.Id, row), route, ticks, label);
            }
        }

        counter?.Count(ticks, isError: !isFinite);
        slot.Tally.Answered(slot, call.Time);
        ServingDiagnostics.Predictions.Add(slot.Inputs.Rows, tags);
        Record(ServingDiagnostics.Duration, ticks, tags);
        Record(ServingDiagnostics.QueueDuration, slot.QueueTicks, tags);
        if (slot.IsTimed)
        {
            Record(ServingDiagnostics.InputDuration, slot.InputTicks, tags);
            Record(ServingDiagnostics.OutputDuration, slot.OutputTicks, tags);
        }

        if (!isFinite)
        {
            ServingDiagnostics.NotANumber.Add(1, tags);
        }

        if (route != PredictionRoute.Shadow)
        {
            consumption.Record(actors.Current, version.Asset, "predict");
        }
    }

    /// <summary>Counts what a feature read did not find, and how old the rest was.</summary>
    public void FeaturesRead(LoadedVersion version, PredictionRoute route, (int Missing, long Oldest) read)
    {
        var tags = version.Tags[(int)route];
        if (read.Missing > 0)
        {
            ServingDiagnostics.FeaturesMissing.Add(read.Missing, tags);
        }

        if (read.Oldest != 0 && ServingDiagnostics.FeatureAge.Enabled)
        {
            ServingDiagnostics.FeatureAge.Record((clocks.Platform.NowMicros() - read.Oldest) / 1e6, tags);
        }
    }

    private static void Record(Histogram<double> histogram, long ticks, KeyValuePair<string, object?>[] tags)
    {
        if (histogram.Enabled)
        {
            histogram.Record((double)ticks / TimeSpan.TicksPerSecond, tags);
        }
    }

    private void Observe(
        LoadedVersion version,
        Slot slot,
        in PredictCall call,
        PredictionId id,
        PredictionRoute route,
        long ticks,
        int label
    )
    {
        try
        {
            observer!.Observe(
                new()
                {
                    Id = id,
                    Layout = version.Observation.Layout,
                    Route = route,
                    TimeMicros = call.Time,
                    Numeric = slot.Numeric,
                    Categories = slot.Categories,
                    Scores = slot.Scores,
                    Class = label,
                    Segment = call.Segment,
                    RunTicks = ticks,
                }
            );
        }
        catch (Exception e)
        {
            // A caller's answer never depends on who watches.
            ServingDiagnostics.ObserverFailures.Add(1, version.Tags[(int)route]);
            if (version.ShouldReport())
            {
                Log.ObserverFailed(logger, version.Id, e);
            }
        }
    }
}
