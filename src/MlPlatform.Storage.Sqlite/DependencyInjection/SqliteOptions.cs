namespace MlPlatform.Storage.Sqlite;

/// <summary>Options of the embedded database; configuration section <c>MlPlatform:Storage:Sqlite</c>.</summary>
public sealed class SqliteOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "MlPlatform:Storage:Sqlite";

    /// <summary>The folder of the database files; null, the default, takes the platform's data directory. A local disk: WAL does not work over a network share.</summary>
    public string? Directory { get; set; }

    /// <summary>How long a write waits for another process. Default: 10 s. Range: 10 ms to 10 min.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>At most so many bodies share one commit. Default: 64. Range: 1 to 10,000.</summary>
    public int MaxGroupSize { get; set; } = 64;

    /// <summary>A group that has run for this long commits, so that other processes get the lock. Default: 10 ms.</summary>
    public TimeSpan MaxGroupTime { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Write everything so that it survives a power loss, not only what asks for it. Default: false.</summary>
    public bool AlwaysPower { get; set; }
}
