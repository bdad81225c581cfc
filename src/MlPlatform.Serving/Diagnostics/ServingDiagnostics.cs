using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MlPlatform.Serving;

/// <summary>Names of serving's traces and metrics.</summary>
public static class ServingDiagnostics
{
    /// <summary>The name of the <see cref="ActivitySource"/> and the <see cref="Meter"/>.</summary>
    public const string Name = "MlPlatform.Serving";

    internal static readonly ActivitySource Source = new(Name);
    internal static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> Predictions = Meter.CreateCounter<long>(
        "mlplatform.predictions",
        "{prediction}",
        "Predictions, by model, version and route."
    );

    internal static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "mlplatform.prediction.duration",
        "s",
        "Time in the model for one prediction, by model, version and route."
    );

    internal static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "mlplatform.serving.failures",
        "{prediction}",
        "Predictions that the model failed on, by model, version and route."
    );

    internal static readonly Counter<long> NotANumber = Meter.CreateCounter<long>(
        "mlplatform.serving.nan",
        "{prediction}",
        "Predictions whose score is not a finite number, by model, version and route."
    );

    internal static readonly Counter<long> Rejects = Meter.CreateCounter<long>(
        "mlplatform.serving.rejects",
        "{prediction}",
        "Requests that a busy model refused, by model, version and reason: time, rows, deadline."
    );

    internal static readonly Histogram<int> BatchSize = Meter.CreateHistogram<int>(
        "mlplatform.serving.batch_size",
        "{row}",
        "Rows of a run that takes what waits, by model, version and reason that it has no more: drained, full."
    );

    internal static readonly Counter<long> Swaps = Meter.CreateCounter<long>(
        "mlplatform.serving.swaps",
        "{swap}",
        "Versions that took over, by model."
    );

    internal static readonly Counter<long> LoadFailures = Meter.CreateCounter<long>(
        "mlplatform.serving.load_failures",
        "{load}",
        "Versions that could not be loaded, by model."
    );

    internal static readonly Counter<long> ObserverFailures = Meter.CreateCounter<long>(
        "mlplatform.serving.observer_failures",
        "{prediction}",
        "Predictions that the observer threw on, by model, version and route."
    );

    internal static readonly Counter<long> ShadowDrops = Meter.CreateCounter<long>(
        "mlplatform.serving.shadow_drops",
        "{prediction}",
        "Copies of requests that found the shadow queue full, by model and version."
    );

    internal static readonly Counter<long> FeaturesMissing = Meter.CreateCounter<long>(
        "mlplatform.serving.features_missing",
        "{value}",
        "Model inputs that no feature value was found for, by model and version."
    );

    internal static readonly Histogram<double> FeatureAge = Meter.CreateHistogram<double>(
        "mlplatform.serving.feature_age",
        "s",
        "Age of the oldest feature value of a prediction, by platform time, by model and version."
    );

    internal static readonly Counter<long> RolloutsEnded = Meter.CreateCounter<long>(
        "mlplatform.serving.rollouts_ended",
        "{rollout}",
        "Rollouts that ended, by model and state: promoted, rolledBack, superseded."
    );
}
