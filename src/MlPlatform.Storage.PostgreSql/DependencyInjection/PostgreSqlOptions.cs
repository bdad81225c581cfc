namespace MlPlatform.Storage.PostgreSql;

/// <summary>Options of the PostgreSQL database; configuration section <c>MlPlatform:Storage:PostgreSql</c>.</summary>
public sealed class PostgreSqlOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MlPlatform:Storage:PostgreSql";

    /// <summary>The connection string, in the driver's form; null, the default, takes <c>ConnectionStrings:MlPlatform</c>. A secret: it is never logged.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// The schema of all tables, made when it is missing. Default: <c>mlplatform</c>. Lower-case letters, digits and underscores, no more than 50, not
    /// beginning with a digit. Platforms in schemas of their own share a database without meeting.
    /// </summary>
    public string Schema { get; set; } = "mlplatform";

    /// <summary>At most so many transactions of this process write at once, to each of its two databases; more wait their turn. Default: 16. Range: 1 to 1,000.</summary>
    public int MaxConcurrentWrites { get; set; } = 16;

    /// <summary>At most so many reads of this process run at once, on each of its two databases; more wait their turn. Default: 16. Range: 1 to 1,000.</summary>
    public int MaxConcurrentReads { get; set; } = 16;

    /// <summary>How long one statement may take, waiting for locks included. Default: 30 s. Range: 1 s to 1 hour.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait at start for another process that migrates. Default: 5 min. Range: 1 s to 1 day.</summary>
    public TimeSpan MigrationTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a transaction is run again after a deadlock, a failed serialization, or a connection lost before the commit. Default: 5. Range: 0 to 100.</summary>
    public int MaxRepeats { get; set; } = 5;

    /// <summary>How many statements each connection keeps prepared. Default: 100. Range: 0 (none, for a proxy that pools transactions) to 10,000.</summary>
    public int PreparedStatements { get; set; } = 100;
}
