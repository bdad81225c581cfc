using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MlPlatform.Core;

/// <summary>Names of Core's traces and metrics.</summary>
public static class CoreDiagnostics
{
    /// <summary>The name of the <see cref="ActivitySource"/> and the <see cref="Meter"/>.</summary>
    public const string Name = "MlPlatform.Core";

    internal static readonly ActivitySource Source = new(Name);
    internal static readonly Meter Meter = new(Name);

    internal static readonly Histogram<double> RecurringDuration = Meter.CreateHistogram<double>(
        "mlplatform.recurring.duration",
        "s",
        "Time that recurring work took; attributes work and outcome."
    );

    internal static readonly Counter<long> ArtifactBytesWritten = Meter.CreateCounter<long>(
        "mlplatform.artifacts.written",
        "By",
        "Bytes of artifacts stored; an artifact that was there already counts nothing."
    );

    internal static readonly Counter<long> ArtifactBytesSwept = Meter.CreateCounter<long>(
        "mlplatform.artifacts.swept",
        "By",
        "Bytes of artifacts removed by garbage collection."
    );

    internal static readonly Counter<long> Deliveries = Meter.CreateCounter<long>(
        "mlplatform.delivery.attempts",
        "{attempt}",
        "Messages about events sent to subscriptions; attributes format and outcome."
    );

    internal static readonly Counter<long> ConsumptionDropped = Meter.CreateCounter<long>(
        "mlplatform.consumption.dropped",
        "{use}",
        "Uses that were not counted because too many different callers were seen at once."
    );
}
