using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace MlPlatform.Features;

/// <summary>Names of the feature store's traces and metrics.</summary>
public static class FeaturesDiagnostics
{
    /// <summary>The name of the <see cref="ActivitySource"/> and the <see cref="Meter"/>.</summary>
    public const string Name = "MlPlatform.Features";

    internal static readonly ActivitySource Source = new(Name);
    internal static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> RowsPushed = Meter.CreateCounter<long>(
        "mlplatform.features.rows.pushed",
        "{row}",
        "Rows that entered the history."
    );

    internal static readonly Counter<long> RowsMaterialized = Meter.CreateCounter<long>(
        "mlplatform.features.rows.materialized",
        "{row}",
        "Rows that views took from the history."
    );
}
