namespace MlPlatform.Pipelines;

/// <summary>Makes the answers of a wait's check.</summary>
public static class WaitResult
{
    /// <summary>The wait is over and gives this value.</summary>
    public static WaitResult<T> Done<T>(T value) => new(value, isDone: true, null, [], null);

    /// <summary>Check again at a platform time.</summary>
    public static WaitResult<T> Until<T>(DateTimeOffset due) => new(default, isDone: false, due, [], null);

    /// <summary>Check again when an event of one of the types appears, or at a platform time if one is given.</summary>
    /// <param name="types">The types of events, at least one.</param>
    /// <param name="subject">Only events of this subject; null for any.</param>
    /// <param name="due">The latest time to check again; null for none.</param>
    /// <remarks>Events that were appended while the check ran count: none is missed.</remarks>
    public static WaitResult<T> OnEvent<T>(IReadOnlyList<string> types, AssetRef? subject = null, DateTimeOffset? due = null)
    {
        ArgumentNullException.ThrowIfNull(types);
        ArgumentOutOfRangeException.ThrowIfZero(types.Count);
        return new(default, isDone: false, due, types, subject);
    }
}
