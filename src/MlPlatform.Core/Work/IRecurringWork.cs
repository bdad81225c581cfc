namespace MlPlatform.Core;

/// <summary>Work that is due again and again by platform time, done by one process at a time.</summary>
public interface IRecurringWork
{
    /// <summary>Its name, unique; also the name of its lease.</summary>
    string Name { get; }

    /// <summary>When it is due.</summary>
    RecurringSchedule Schedule { get; }

    /// <summary>Does the work. Missed times are made up by one call.</summary>
    /// <param name="due">The latest time that was due, in platform time.</param>
    /// <param name="cancellationToken">Cancelled when the platform stops or the lease is lost.</param>
    Task RunAsync(DateTimeOffset due, CancellationToken cancellationToken);
}
