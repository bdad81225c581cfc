namespace MlPlatform.Core;

/// <summary>Wakes waiters after a commit: at once in the process, within a second across processes.</summary>
/// <remarks>Thread-safe. A wake-up is a hint; the waiter reads the state. A poll of one second of work time is the guarantee.</remarks>
public interface IChangeFeed
{
    /// <summary>The present mark of a topic. Take it before reading the state, then wait on it.</summary>
    long Mark(string topic);

    /// <summary>Completes when the topic's mark passes <paramref name="mark"/>, or after the poll interval.</summary>
    Task WaitAsync(string topic, long mark, CancellationToken cancellationToken = default);

    /// <summary>Moves the mark. Called by database providers after a commit.</summary>
    void Publish(string topic);
}
