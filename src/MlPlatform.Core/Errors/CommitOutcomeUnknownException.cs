namespace MlPlatform.Core;

/// <summary>The connection was lost while a transaction committed: all of it is stored or nothing of it, and nobody here knows which.</summary>
/// <remarks>Read the state before the operation is repeated; an operation that is idempotent, or carries an idempotency key, may simply be repeated.</remarks>
public sealed class CommitOutcomeUnknownException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    public CommitOutcomeUnknownException(string database, Exception innerException)
        : base(
            $"The connection to '{database}' was lost while a transaction committed. It is stored as a whole or not at all; read the state to learn which before the operation is repeated.",
            innerException
        ) => Database = database;

    /// <summary>The database.</summary>
    public string Database { get; }
}
