namespace MlPlatform.Core;

/// <summary>Runs the registered <see cref="IRecurringWork"/> that is due.</summary>
/// <remarks>The background service calls it once a second of work time. A replay that moves platform time itself calls it after each move, and so needs no background.</remarks>
public interface IRecurringWorkRunner
{
    /// <summary>Runs everything that is due now, in order of registration, and waits for it.</summary>
    /// <returns>How many pieces of work ran.</returns>
    /// <exception cref="AggregateException">Some work failed. The rest ran all the same; what failed stays due.</exception>
    Task<int> RunDueAsync(CancellationToken cancellationToken = default);
}
