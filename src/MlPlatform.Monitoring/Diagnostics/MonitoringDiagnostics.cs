using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MlPlatform.Monitoring;

/// <summary>Names of Monitoring's traces and metrics.</summary>
public static class MonitoringDiagnostics
{
    /// <summary>The name of the <see cref="ActivitySource"/> and the <see cref="Meter"/>.</summary>
    public const string Name = "MlPlatform.Monitoring";

    internal static readonly ActivitySource Source = new(Name);
    internal static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> RowsDropped = Meter.CreateCounter<long>(
        "mlplatform.monitoring.rows.dropped",
        "{row}",
        "Predictions that found no room in the buffers, by model."
    );

    internal static readonly Counter<long> RowsStored = Meter.CreateCounter<long>(
        "mlplatform.monitoring.rows.stored",
        "{row}",
        "Predictions that were stored, each once."
    );

    internal static readonly Counter<long> PanesCorrupt = Meter.CreateCounter<long>(
        "mlplatform.monitoring.panes.corrupt",
        "{pane}",
        "Stored panes that were skipped because they were damaged."
    );

    internal static readonly Histogram<double> EvaluationDuration = Meter.CreateHistogram<double>(
        "mlplatform.monitoring.evaluation.duration",
        "s",
        "Time to evaluate one window of one monitor."
    );

    internal static readonly Counter<long> Alerts = Meter.CreateCounter<long>(
        "mlplatform.monitoring.alerts",
        "{alert}",
        "Alerts opened, by monitor and kind."
    );
}
