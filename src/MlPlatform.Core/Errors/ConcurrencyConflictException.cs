namespace MlPlatform.Core;

/// <summary>Somebody else changed the row between the read and the conditional write. Read again and decide anew.</summary>
public sealed class ConcurrencyConflictException : MlPlatformException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="store">The store, for example <c>registry.alias</c>.</param>
    /// <param name="operation">What was tried.</param>
    /// <param name="key">Which row.</param>
    /// <param name="expected">The tag that the caller had read.</param>
    /// <param name="actual">The tag found; <see cref="ETag.None"/> when the row is gone.</param>
    public ConcurrencyConflictException(string store, string operation, string key, ETag expected, ETag actual)
        : base($"{store}: {operation} of '{key}' lost a race: expected version {expected}, found {actual}. Read it again and retry.")
    {
        Store = store;
        Operation = operation;
        Key = key;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The store, for example <c>registry.alias</c>.</summary>
    public string Store { get; }

    /// <summary>What was tried.</summary>
    public string Operation { get; }

    /// <summary>Which row.</summary>
    public string Key { get; }

    /// <summary>The tag that the caller had read.</summary>
    public ETag Expected { get; }

    /// <summary>The tag found.</summary>
    public ETag Actual { get; }
}
