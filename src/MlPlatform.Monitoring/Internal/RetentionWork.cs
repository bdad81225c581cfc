namespace MlPlatform.Monitoring.Internal;

/// <summary>Deletes what is older than its retention, once a day of platform time.</summary>
internal sealed class RetentionWork(RetentionStore store) : IRecurringWork
{
    public string Name => "monitoring-retention";

    public RecurringSchedule Schedule { get; } = RecurringSchedule.Every(TimeSpan.FromDays(1));

    public Task RunAsync(DateTimeOffset due, CancellationToken cancellationToken) => store.DeleteOldAsync(cancellationToken);
}
