namespace MlPlatform.Core;

/// <summary>Named, fenced, expiring locks in the metadata database, for one holder among all processes.</summary>
/// <remarks>Leases compare the database's work clock, which no replay moves. Thread-safe.</remarks>
public interface ILeases
{
    /// <summary>This process incarnation: new at each start, so that a restarted process never renews its predecessor's leases.</summary>
    string Owner { get; }

    /// <summary>Takes a lease that is free or expired; null when another holder has it.</summary>
    /// <param name="name">The lease's name.</param>
    /// <param name="duration">How long it holds without renewal, in work time.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    Task<ILease?> TryAcquireAsync(string name, TimeSpan duration, CancellationToken cancellationToken = default);

    /// <summary>
    /// Whether an owner is known to be gone: a process of this host, on this data directory, that was killed. Only a hint that saves waiting for its
    /// leases; false says nothing.
    /// </summary>
    /// <param name="owner">The <see cref="Owner"/> of a process.</param>
    bool IsGone(string owner);
}
