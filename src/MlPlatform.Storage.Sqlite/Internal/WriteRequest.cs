using MlPlatform.Core;

namespace MlPlatform.Storage.Sqlite.Internal;

/// <summary>A body that waits for the writer, and the caller who waits for it.</summary>
internal abstract class WriteRequest(Durability durability, CancellationToken cancellationToken)
{
    public Durability Durability { get; } = durability;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>The unit of work of the last attempt.</summary>
    public UnitOfWork? Work { get; set; }

    public abstract Task RunAsync(UnitOfWork work);

    public abstract void Complete();

    public abstract void Fail(Exception exception);
}
