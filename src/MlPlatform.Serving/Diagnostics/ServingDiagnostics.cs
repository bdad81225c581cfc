using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using MlPlatform.Serving.Internal;

namespace MlPlatform.Serving;

/// <summary>Names of serving's traces and metrics.</summary>
public static class ServingDiagnostics
{
    /// <summary>The name of the <see cref="ActivitySource"/> and the <see cref="Meter"/>.</summary>
    public const string Name = "MlPlatform.Serving";

    internal static readonly ActivitySource Source = new(Name);
    internal static readonly Meter Meter = new(Name);

    /// <summary>The versions in memory, which gauges look at.</summary>
    internal static readonly ConcurrentDictionary<LoadedVersion, byte> Loaded = new(ReferenceEqualityComparer.Instance);

    private static readonly int[] CostRows = [1, 8, 64];

    internal static readonly Counter<long> Predictions = Meter.CreateCounter<long>(
        "mlplatform.predictions",
        "{prediction}",
        "Predictions, by model, version and route."
    );

    internal static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "mlplatform.prediction.duration",
        "s",
        "Time in the model for one prediction, and to bring the values of a record there, by model, version and route."
    );

    internal static readonly Histogram<double> QueueDuration = Meter.CreateHistogram<double>(
        "mlplatform.serving.queue.duration",
        "s",
        "Time that a request waited for the model, by model, version and route."
    );

    internal static readonly Histogram<double> InputDuration = Meter.CreateHistogram<double>(
        "mlplatform.serving.input.duration",
        "s",
        "Time to bring the values of a request by tensors to the model, by model, version and route."
    );

    internal static readonly Histogram<double> OutputDuration = Meter.CreateHistogram<double>(
        "mlplatform.serving.output.duration",
        "s",
        "Time to take the answer to a request by tensors from the model, by model, version and route."
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
        "Rows of a run that takes what waits, by model, version and reason that it has no more: drained, full, shape (what waits has another one)."
    );

    internal static readonly Counter<long> SplitBatches = Meter.CreateCounter<long>(
        "mlplatform.serving.split_batches",
        "{run}",
        "Runs of several requests that failed, so that each was run by itself, by model and version."
    );

    internal static readonly ObservableGauge<int> QueuedRows = Meter.CreateObservableGauge(
        "mlplatform.serving.queued_rows",
        () => Loaded.Keys.Select(v => new Measurement<int>(v.Executor.QueuedRows, TagsOf(v))),
        "{row}",
        "Rows that wait for a busy model, by model and version."
    );

    internal static readonly ObservableGauge<int> Mode = Meter.CreateObservableGauge(
        "mlplatform.serving.mode",
        () => Loaded.Keys.Select(v => new Measurement<int>(1, [.. TagsOf(v), new("mlplatform.mode", v.Executor.Mode.ToString())])),
        "{version}",
        "1 for how a version's requests are run, by model, version and mode: Inline, Gated, Batched."
    );

    internal static readonly ObservableGauge<double> RunCost = Meter.CreateObservableGauge(
        "mlplatform.serving.run_cost",
        () =>
            from version in Loaded.Keys
            from rows in CostRows
            let cost = version.Executor.Cost.Predict(rows)
            where cost > 0
            select new Measurement<double>(cost / TimeSpan.TicksPerSecond, [.. TagsOf(version), new("mlplatform.rows", rows)]),
        "s",
        "Learned time of a run, by model, version and rows of the run: 1, 8, 64."
    );

    internal static readonly ObservableGauge<long> ModelSize = Meter.CreateObservableGauge(
        "mlplatform.serving.model_size",
        () => Loaded.Keys.Select(v => new Measurement<long>(v.Bytes, TagsOf(v))),
        "By",
        "Size of the files of a version in memory, by model and version."
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
        "Rollouts that ended, by model and state: Promoted, RolledBack, Superseded."
    );

    private static KeyValuePair<string, object?>[] TagsOf(LoadedVersion version) =>
        [new("mlplatform.model.name", version.Id.Name), new("mlplatform.model.version", version.Id.Version)];
}
