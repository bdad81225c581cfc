using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MlPlatform.Pipelines;

/// <summary>Names of the traces and metrics of pipelines.</summary>
public static class PipelinesDiagnostics
{
    /// <summary>The name of the <see cref="ActivitySource"/> and the <see cref="Meter"/>.</summary>
    public const string Name = "MlPlatform.Pipelines";

    internal static readonly ActivitySource Source = new(Name);
    internal static readonly Meter Meter = new(Name);

    internal static readonly Histogram<double> StepTime = Meter.CreateHistogram<double>(
        "mlplatform.pipelines.step_time",
        "s",
        "Time from claim to commit of a step, in work time."
    );

    internal static readonly Counter<long> CacheHits = Meter.CreateCounter<long>(
        "mlplatform.pipelines.cache_hits",
        "{step}",
        "Steps answered by the cache."
    );

    internal static readonly Counter<long> Lost = Meter.CreateCounter<long>(
        "mlplatform.pipelines.lost_leases",
        "{step}",
        "Steps taken back from lost workers."
    );

    internal static readonly Counter<long> Decisions = Meter.CreateCounter<long>(
        "mlplatform.pipelines.trigger_decisions",
        "{decision}",
        "Decisions of triggers."
    );
}
