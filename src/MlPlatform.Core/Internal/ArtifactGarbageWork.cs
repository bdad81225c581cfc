namespace MlPlatform.Core.Internal;

/// <summary>Sweeps artifacts that nothing references, once a day of platform time; what is young by work time stays.</summary>
internal sealed class ArtifactGarbageWork(IArtifactGarbageCollector collector) : IRecurringWork
{
    public string Name => "artifacts";

    public RecurringSchedule Schedule { get; } = RecurringSchedule.Every(TimeSpan.FromDays(1));

    public Task RunAsync(DateTimeOffset due, CancellationToken cancellationToken) =>
        collector.CollectAsync(cancellationToken: cancellationToken);
}
