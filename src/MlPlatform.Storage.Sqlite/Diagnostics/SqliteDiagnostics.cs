using System.Diagnostics.Metrics;

namespace MlPlatform.Storage.Sqlite;

/// <summary>Names of the provider's metrics.</summary>
public static class SqliteDiagnostics
{
    /// <summary>The name of the <see cref="Meter"/>.</summary>
    public const string Name = "MlPlatform.Storage.Sqlite";

    internal static readonly Meter Meter = new(Name);

    internal static readonly Histogram<double> CommitDuration = Meter.CreateHistogram<double>(
        "mlplatform.database.commit.duration",
        "s",
        "Time from the start of a group of writes to its commit; attribute database."
    );

    internal static readonly Histogram<int> CommitSize = Meter.CreateHistogram<int>(
        "mlplatform.database.commit.size",
        "{write}",
        "Writes that shared one commit; attribute database."
    );
}
