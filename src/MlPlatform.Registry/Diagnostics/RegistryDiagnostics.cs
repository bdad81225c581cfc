using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MlPlatform.Registry;

/// <summary>Names of the registry's traces and metrics.</summary>
public static class RegistryDiagnostics
{
    /// <summary>The name of the <see cref="ActivitySource"/> and the <see cref="Meter"/>.</summary>
    public const string Name = "MlPlatform.Registry";

    internal static readonly ActivitySource Source = new(Name);
    internal static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> Versions = Meter.CreateCounter<long>(
        "mlplatform.registry.versions",
        "{version}",
        "Model versions registered."
    );

    internal static readonly Counter<long> AliasMoves = Meter.CreateCounter<long>(
        "mlplatform.registry.alias_moves",
        "{move}",
        "Aliases moved."
    );

    internal static readonly Counter<long> MetricPoints = Meter.CreateCounter<long>(
        "mlplatform.registry.metric_points",
        "{point}",
        "Metric points written by runs."
    );
}
