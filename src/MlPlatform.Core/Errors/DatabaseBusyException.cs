namespace MlPlatform.Core;

/// <summary>The database stayed locked by another process for longer than the busy time-out. Nothing was written; the call may be repeated.</summary>
public sealed class DatabaseBusyException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public DatabaseBusyException(string database, TimeSpan waited, Exception innerException)
        : base(
            $"Database '{database}' stayed locked by another process for {waited.TotalSeconds:0.#} s. Nothing was written; try again.",
            innerException
        )
    {
        Database = database;
        Waited = waited;
    }

    /// <summary>The database's name.</summary>
    public string Database { get; }

    /// <summary>How long the writer waited.</summary>
    public TimeSpan Waited { get; }
}
