namespace MlPlatform.Pipelines;

/// <summary>What the check of a wait found: its value, or when to check again.</summary>
/// <typeparam name="T">What the wait gives.</typeparam>
public sealed class WaitResult<T>
{
    internal WaitResult(T? value, bool isDone, DateTimeOffset? due, IReadOnlyList<string> types, AssetRef? subject)
    {
        Value = value;
        IsDone = isDone;
        Due = due;
        Types = types;
        Subject = subject;
    }

    /// <summary>Whether the wait is over.</summary>
    public bool IsDone { get; }

    /// <summary>The value, when the wait is over.</summary>
    public T? Value { get; }

    internal DateTimeOffset? Due { get; }

    internal IReadOnlyList<string> Types { get; }

    internal AssetRef? Subject { get; }
}
