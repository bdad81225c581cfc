using System.Diagnostics.Metrics;

namespace MlPlatform.Storage.PostgreSql;

/// <summary>Names of the provider's metrics.</summary>
public static class PostgreSqlDiagnostics
{
    /// <summary>The name of the <see cref="Meter"/>. The driver has a meter of its own, <c>Npgsql</c>.</summary>
    public const string Name = "MlPlatform.Storage.PostgreSql";

    internal static readonly Meter Meter = new(Name);

    internal static readonly Histogram<double> CommitDuration = Meter.CreateHistogram<double>(
        "mlplatform.database.commit.duration",
        "s",
        "Time from the start of a transaction to its commit; attribute database."
    );

    internal static readonly Counter<long> Repeats = Meter.CreateCounter<long>(
        "mlplatform.database.repeats",
        "{transaction}",
        "Transactions that were run again after a deadlock, a failed serialization or a connection lost before the commit; attribute database."
    );
}
