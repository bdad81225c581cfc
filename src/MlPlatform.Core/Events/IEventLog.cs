namespace MlPlatform.Core;

/// <summary>The log of everything that changed state, written in the transaction of each change; see <see cref="IUnitOfWork.Append"/>.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IEventLog
{
    /// <summary>Reads a page in order of position. A commit that comes late is never skipped: rows appear only when no older one can follow.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is outside 1 to 10,000.</exception>
    Task<IReadOnlyList<EventRecord>> ReadAsync(EventQuery query, CancellationToken cancellationToken = default);

    /// <summary>Streams events after a position, the past first, then each new one, until cancelled. Each is given at least once.</summary>
    IAsyncEnumerable<EventRecord> WatchAsync(EventQuery query, CancellationToken cancellationToken = default);

    /// <summary>The position of the newest event that readers can see: where a reader begins that wants only what comes from now on.</summary>
    Task<EventPosition> GetLastPositionAsync(CancellationToken cancellationToken = default);
}
