namespace MlPlatform.Core;

/// <summary>A lease that was granted. Disposing it releases it.</summary>
public interface ILease : IAsyncDisposable
{
    /// <summary>The lease's name.</summary>
    string Name { get; }

    /// <summary>Grows with every grant of this name. A write under the lease that carries an older fence must be refused.</summary>
    long Fence { get; }

    /// <summary>Extends the lease by its duration.</summary>
    /// <exception cref="LeaseLostException">Another holder has taken it.</exception>
    Task RenewAsync(CancellationToken cancellationToken = default);

    /// <summary>Checks inside a transaction that the lease is still this one.</summary>
    /// <exception cref="LeaseLostException">Another holder has taken it.</exception>
    Task EnsureHeldAsync(IUnitOfWork work);
}
