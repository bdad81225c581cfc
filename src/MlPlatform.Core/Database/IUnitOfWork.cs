using System.Data.Common;

namespace MlPlatform.Core;

/// <summary>One transaction that several modules and the event log can join; handed on as a parameter, never ambient.</summary>
/// <remarks>Not thread-safe. Valid only inside the body that received it.</remarks>
public interface IUnitOfWork
{
    /// <summary>The connection; do not dispose it.</summary>
    DbConnection Connection { get; }

    /// <summary>The transaction every command must carry; do not commit it.</summary>
    DbTransaction Transaction { get; }

    /// <summary>The database's own clock in stored form, which leases compare: work time, the same for all processes.</summary>
    ValueTask<long> GetDatabaseTimeAsync();

    /// <summary>Appends an event that becomes visible with this commit.</summary>
    void Append(PlatformEvent platformEvent);

    /// <summary>Records that <paramref name="owner"/> points at an artifact, which keeps it from garbage collection. Repeating it is harmless.</summary>
    void Reference(ArtifactDigest digest, ArtifactOwner owner);

    /// <summary>Removes every reference of an owner that is deleted in this transaction.</summary>
    void Release(ArtifactOwner owner);

    /// <summary>Records a lineage edge: <paramref name="to"/> was made from, or depends on, <paramref name="from"/>. Repeating it is harmless.</summary>
    void Link(AssetRef from, AssetRef to, string relation);

    /// <summary>
    /// Lets one transaction at a time pass, by a name: for a rule over several rows, such as a count, that no row's own lock can hold. Held until the
    /// transaction ends; free where one writer has the database to itself.
    /// </summary>
    ValueTask LockAsync(string name);

    /// <summary>Wakes those who wait on a topic of <see cref="ChangeTopics"/> after the commit.</summary>
    void Notify(string topic);
}
